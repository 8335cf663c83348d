import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { systemClock } from '../runtime/async.ts';
import { eventually, metricValue } from './device.ts';
import { createTokenedGateway } from './gateway-at-double.ts';
import { createPushgatewayDouble } from './pushgateway-double.ts';
import { connectionsMessage, startScriptedKernel } from './scripted-kernel.ts';

/** FlowCollect as a program with its first arguments. */
export type Program = readonly [command: string, ...args: string[]];

/** The bundle on Node. */
export const ON_NODE: Program = [process.execPath, fileURLToPath(new URL('../dist/flowcollect.mjs', import.meta.url))];
const POLL_MS = 100;
const TRAFFIC = 'flowcollect_traffic_bytes_total';

const cut = async (path: string): Promise<void> => writeFile(path, (await readFile(path, 'utf8')).slice(0, -20));
const replaceByFolder = async (path: string): Promise<void> => {
  await rm(path, { force: true });
  await mkdir(path);
};
/** Files of an exporter by their names, and what is done to them. */
const DAMAGES: readonly [string, (path: string) => Promise<unknown>][] = [
  ['exporter-state.ID.json', cut],
  ['exporter-state.ID.json', (path) => writeFile(path, '')],
  ['exporter-state.ID.json', replaceByFolder],
  ['exporter-today.ID.json', (path) => writeFile(path, '{')],
  ['exporter-today.ID.json', replaceByFolder],
];
export const DAMAGED_FILES = DAMAGES.length;

/** What came of {@link killAgainAndAgain}. */
interface KillReport {
  /** Bytes that the kernel moved since the first frame that was counted from. */
  readonly moved: number;
  /** Bytes that Pushgateway holds in the end. */
  readonly stored: number;
  /** At most how many of them no frame could show, since the kernel restarted. */
  readonly hidden: number;
  /** Series that were seen to fall. */
  readonly fallen: readonly string[];
  readonly restarts: number;
  /** How often the kernel ended at the same instant. */
  readonly together: number;
  /** Bytes of the device whose exporter has its settings and state in the same folder: what moved, and what Pushgateway holds. */
  readonly beside: { readonly moved: number; readonly stored: number };
  /** Files that were damaged, and were set aside. */
  readonly setAside: number;
  readonly looks: number;
}

/**
 * Kills the exporter's process at random instants while a kernel moves bytes and now and then restarts, or ends with it;
 * another exporter in the same folder is killed with it. In the end each of its files is damaged in each way. The values
 * at Pushgateway are looked at all along and must never fall.
 *
 * @param random 0 to 1, drawn again at each call
 * @param programs what is started, in turns
 */
export async function killAgainAndAgain(
  kills: number,
  random: () => number,
  programs: readonly Program[] = [ON_NODE],
): Promise<KillReport> {
  const folder = await mkdtemp(join(tmpdir(), 'flowcollect-kills-'));
  const pushgateway = await createPushgatewayDouble(() => Date.now());
  const [kernel, kernelBeside] = [await startScriptedKernel(), await startScriptedKernel()];
  let ahead = 0;
  const gateway = createTokenedGateway(
    { pushgateway: pushgateway.origin },
    {
      dataFolder: join(folder, 'gateway'),
      clock: { ...systemClock, now: () => Date.now() + ahead },
    },
  );
  const { pushes: origin } = await gateway.start();
  const settingsOf = async (deviceId: string, address: string): Promise<string> => {
    const path = join(folder, `${deviceId}.ini`);
    await writeFile(path, iniOf(deviceId, address));
    return path;
  };
  const iniOf = (deviceId: string, address: string): string =>
    [
      '[client]',
      `MihomoAPIAddr = ${address}`,
      `RemoteServer = ${origin}`,
      `RemoteToken = one`,
      `DeviceID = ${deviceId}`,
      `PollInterval = ${POLL_MS}`,
      'PushInterval = 200ms',
      'MetricsListen = 127.0.0.1:0',
      'StateAppend = on',
    ].join('\n');
  const settings = await settingsOf('a', kernel.address);
  const settingsBeside = await settingsOf('b', kernelBeside.address);

  const text = (): string => pushgateway.groups.get('user/default/instance/a') ?? '';
  const textBeside = (): string => pushgateway.groups.get('user/default/instance/b') ?? '';
  const stored = (): number => metricValue(text(), TRAFFIC);
  const storedRaw = (): number => metricValue(text(), 'flowcollect_kernel_raw_bytes');
  const life = { number: 0, total: 0, shown: new Set([0]) };
  let moved = 0;
  let hidden = 0;
  let restarts = 0;
  let looks = 0;
  let together = 0;
  let starts = 0;
  let besideMoved = 0;
  /** When how much moved. */
  const moves: { readonly at: number; readonly bytes: number }[] = [];
  const fallen: string[] = [];
  const highest = new Map<string, number>();

  function show(): void {
    const { number, total } = life;
    const message = connectionsMessage(0, total, [[`c${number}`, `节点 ${number % 3}`, 0, total]]);
    kernel.answers.set('/connections', message);
    kernel.send('/connections', message);
  }
  function showBeside(): void {
    const message = connectionsMessage(0, besideMoved, [['c', '节点 b', 0, besideMoved]]);
    kernelBeside.answers.set('/connections', message);
    kernelBeside.send('/connections', message);
  }
  function move(): void {
    const bytes = Math.floor(random() * 1_000_000);
    life.total += bytes;
    moved += bytes;
    moves.push({ at: Date.now(), bytes });
    besideMoved += bytes;
    showBeside();
    if (random() < 0.5) {
      life.shown.add(life.total);
      show();
    } else {
      kernel.send('/traffic', JSON.stringify({ up: 0, down: 0, upTotal: 0, downTotal: life.total }));
    }
  }
  /** What moved in the two seconds before a kernel ended with its exporter may be gone, and no more. */
  const lastTwoSeconds = (): number =>
    moves.filter(({ at }) => at > Date.now() - 2000).reduce((sum, { bytes }) => sum + bytes, 0);
  /** What the last frame that reached Pushgateway did not hold may be gone with the kernel. */
  const unheard = (): number => life.total - (life.shown.has(storedRaw()) ? storedRaw() : 0);
  function restartKernel(lost: number): void {
    hidden += lost;
    life.number += 1;
    life.total = 0;
    life.shown = new Set([0]);
    restarts += 1;
    for (const path of ['/connections', '/traffic']) kernel.cut(path);
    show();
  }
  function look(): void {
    looks += 1;
    for (const line of text().split('\n')) {
      const [, series = '', value = ''] = /^(flowcollect_\w+_bytes_total\{.*\}) (\S+)$/.exec(line) ?? [];
      if (series === '') continue;
      const before = highest.get(series) ?? 0;
      if (Number(value) < before) fallen.push(`${series} from ${before} to ${value}`);
      highest.set(series, Number(value));
    }
  }
  function start(file = settings): ChildProcess {
    const [command, ...args] = programs[starts % programs.length] ?? ON_NODE;
    starts += 1;
    return spawn(command, [...args, 'exporter', '--config', file], { stdio: 'ignore' });
  }
  const stateFolder = join(folder, 'flowcollect-state');
  const setAside = async (): Promise<number> =>
    (await readdir(stateFolder)).filter((name) => name.includes('.corrupt-')).length;
  /** A file of the first device, by what its name begins with. */
  async function damage(kind: string, how: (path: string) => Promise<unknown>): Promise<void> {
    await how(join(stateFolder, kind.replace('ID', createHash('sha256').update('a').digest('hex').slice(0, 16))));
  }
  const end = async (child: ChildProcess): Promise<void> => {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  };

  let traffic = setInterval(() => {}, 1000);
  let child = start();
  let beside = start(settingsBeside);
  try {
    // The device was installed, and its first push accepted, before anything goes wrong.
    show();
    showBeside();
    await eventually(() => expect(text()).not.toBe(''));
    await eventually(() => expect(textBeside()).not.toBe(''));
    traffic = setInterval(() => {
      move();
      look();
    }, POLL_MS / 2);
    for (let kill = 0; kill < kills; kill += 1) {
      await sleep(random() * 1200);
      // Each kind of end comes once at least; chance alone leaves one out in one run of 25.
      const chance = kill === 2 ? 0.1 : kill === 5 ? 0.2 : random();
      if (chance < 0.3) {
        // Not before this process was read: what a kernel takes along that nobody watched cannot be known.
        const { length } = pushgateway.puts;
        await eventually(() => expect(pushgateway.puts.length).toBeGreaterThan(length));
        if (chance < 0.15) {
          restartKernel(unheard());
          await sleep(random() * 300);
        } else {
          const lost = lastTwoSeconds();
          child.kill('SIGKILL');
          restartKernel(lost);
          together += 1;
        }
      }
      await Promise.all([end(child), end(beside)]);
      await sleep(random() * 200);
      [child, beside] = [start(), start(settingsBeside)];
    }
    clearInterval(traffic);
    show();
    await eventually(() => {
      show();
      expect(storedRaw()).toBe(life.total);
    });
    for (const [kind, how] of DAMAGES) {
      await end(child);
      await damage(kind, how);
      // Who lost its state takes over from itself once its name is free.
      ahead += 61_000;
      move();
      child = start();
      await eventually(() => {
        show();
        expect(storedRaw()).toBe(life.total);
      });
    }
    await eventually(() => {
      showBeside();
      expect(metricValue(textBeside(), 'flowcollect_kernel_raw_bytes')).toBe(besideMoved);
    });
    look();
    const storedBeside = metricValue(textBeside(), TRAFFIC);
    return {
      together,
      beside: { moved: besideMoved, stored: storedBeside },
      setAside: await setAside(),
      moved,
      stored: stored(),
      hidden,
      restarts,
      looks,
      fallen,
    };
  } finally {
    clearInterval(traffic);
    await Promise.all([end(child), end(beside)]);
    await kernel.kill();
    await kernelBeside.kill();
    await gateway.stop();
    await pushgateway.close();
    await rm(folder, { recursive: true });
  }
}
