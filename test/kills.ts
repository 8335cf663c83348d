import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { eventually, metricValue } from './device.ts';
import { createTokenedGateway } from './gateway-at-double.ts';
import { createPushgatewayDouble } from './pushgateway-double.ts';
import { connectionsMessage, startScriptedKernel } from './scripted-kernel.ts';

const BUNDLE = fileURLToPath(new URL('../dist/flowcollect.mjs', import.meta.url));
const POLL_MS = 100;
const TRAFFIC = 'flowcollect_traffic_bytes_total';

/** What came of {@link killAgainAndAgain}. */
export interface KillReport {
  /** Bytes that the kernel moved since the first frame that was counted from. */
  readonly moved: number;
  /** Bytes that Pushgateway holds in the end. */
  readonly stored: number;
  /** At most how many of them no frame could show, since the kernel restarted. */
  readonly hidden: number;
  /** Series that were seen to fall. */
  readonly fallen: readonly string[];
  readonly restarts: number;
  readonly looks: number;
}

/**
 * Kills the exporter's process at random instants while a kernel moves bytes and now and then restarts; the values at
 * Pushgateway are looked at all along and must never fall.
 *
 * @param random 0 to 1, drawn anew at each call
 */
export async function killAgainAndAgain(kills: number, random: () => number): Promise<KillReport> {
  const folder = await mkdtemp(join(tmpdir(), 'flowcollect-kills-'));
  const pushgateway = await createPushgatewayDouble(() => Date.now());
  const kernel = await startScriptedKernel();
  const gateway = createTokenedGateway({ pushgateway: pushgateway.origin }, { dataFolder: join(folder, 'gateway') });
  const { pushes: origin } = await gateway.start();
  const settings = join(folder, 'ClientSetting.ini');
  await writeFile(
    settings,
    [
      '[client]',
      `MihomoAPIAddr = ${kernel.address}`,
      `RemoteServer = ${origin}`,
      `RemoteToken = one`,
      'DeviceID = a',
      `PollInterval = ${POLL_MS}`,
      'PushInterval = 200ms',
      'MetricsListen = 127.0.0.1:0',
    ].join('\n'),
  );

  const text = (): string => pushgateway.groups.get('user/default/instance/a') ?? '';
  const stored = (): number => metricValue(text(), TRAFFIC);
  const storedRaw = (): number => metricValue(text(), 'flowcollect_kernel_raw_bytes');
  const life = { number: 0, total: 0, shown: new Set([0]) };
  let moved = 0;
  let hidden = 0;
  let restarts = 0;
  let looks = 0;
  const fallen: string[] = [];
  const highest = new Map<string, number>();

  function show(): void {
    const { number, total } = life;
    const message = connectionsMessage(0, total, [[`c${number}`, `节点 ${number % 3}`, 0, total]]);
    kernel.answers.set('/connections', message);
    kernel.send('/connections', message);
  }
  function move(): void {
    const bytes = Math.floor(random() * 1_000_000);
    life.total += bytes;
    moved += bytes;
    if (random() < 0.5) {
      life.shown.add(life.total);
      show();
    } else {
      kernel.send('/traffic', JSON.stringify({ up: 0, down: 0, upTotal: 0, downTotal: life.total }));
    }
  }
  /** What the last frame that reached Pushgateway did not hold may be gone with the kernel. */
  function restartKernel(): void {
    hidden += life.total - (life.shown.has(storedRaw()) ? storedRaw() : 0);
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
  function start(): ChildProcess {
    return spawn(process.execPath, [BUNDLE, 'exporter', '--config', settings], { stdio: 'ignore' });
  }
  const end = async (child: ChildProcess): Promise<void> => {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  };

  let traffic = setInterval(() => {}, 1000);
  let child = start();
  try {
    // The device was installed, and its first push accepted, before anything goes wrong.
    show();
    await eventually(() => expect(text()).not.toBe(''));
    traffic = setInterval(() => {
      move();
      look();
    }, POLL_MS / 2);
    for (let kill = 0; kill < kills; kill += 1) {
      await sleep(random() * 1200);
      if (random() < 0.3) {
        // Not before this process was heard of: what a kernel takes along that nobody watched cannot be known.
        const { length } = pushgateway.puts;
        await eventually(() => expect(pushgateway.puts.length).toBeGreaterThan(length));
        restartKernel();
        await sleep(random() * 300);
      }
      await end(child);
      await sleep(random() * 200);
      child = start();
    }
    clearInterval(traffic);
    show();
    await eventually(() => {
      show();
      expect(storedRaw()).toBe(life.total);
    });
    look();
    return { moved, stored: stored(), hidden, restarts, looks, fallen };
  } finally {
    clearInterval(traffic);
    await end(child);
    await kernel.kill();
    await gateway.stop();
    await pushgateway.close();
    await rm(folder, { recursive: true });
  }
}
