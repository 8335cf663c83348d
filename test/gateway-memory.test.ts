import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { pushPath, STATE_HEADER } from '../core/device-id.ts';
import { createPushgatewayDouble } from './pushgateway-double.ts';
import { freePort } from './real-parts.ts';

const BUNDLE = fileURLToPath(new URL('../dist/flowcollect.mjs', import.meta.url));
const TOKEN = 'a token of sixteen characters';
/** As large as the gateway of docker-compose.yml takes it. */
const BODY_BYTES = 2 * 2 ** 20 - 2000;
const SECONDS = Number(process.env.MEMORY_SECONDS ?? 20);
const FAMILY = 'flowcollect_group_bytes_total';
const HISTOGRAM = 'flowcollect_exporter_frame_seconds';

function filled(line: (index: number) => string): string {
  const lines: string[] = [];
  for (let index = 0, bytes = 0; bytes < BODY_BYTES - 300; index += 1) {
    const next = line(index);
    lines.push(next);
    bytes += Buffer.byteLength(next);
  }
  return lines.join('');
}
const group = (name: string): string => `${FAMILY}{group="${name}",class="proxy",direction="upload"} 1\n`;
const typed = (lines: string): string => `# TYPE ${FAMILY} counter\n${lines}`;

/** Bodies that take many times as much memory as bytes, or did. @param salt makes no two alike */
const BODIES: readonly ((salt: number) => string)[] = [
  () => filled(() => 'a 1\n'),
  () => typed(filled((index) => `${FAMILY}{group="${index}"} 1\n`)),
  () => typed(`${FAMILY}{${filled((index) => `a${index}="",`)}} 1\n`),
  () => filled((index) => `# TYPE x${index} counter\n`),
  () => '\n'.repeat(BODY_BYTES),
  () => `# HELP ${FAMILY} ${'\\n'.repeat(BODY_BYTES / 2 - 100)}\n${typed(group('a'))}`,
  () => typed(group('\\"'.repeat(BODY_BYTES / 2 - 200))),
  (salt) => typed(filled((index) => group(`${salt} ${index}${'\\n'.repeat(1000)}`))),
  (salt) => typed(filled((index) => group(`${salt} ${index}${'\\"'.repeat(90)}`))),
  (salt) => typed(filled((index) => group(`中 ${salt} ${index} ${'x'.repeat(180)}`))),
  (salt) => typed(filled((index) => group(`${salt} ${index} ${'x'.repeat(180)}`))),
  () => `# TYPE ${HISTOGRAM} histogram\n${filled((index) => `${HISTOGRAM}_bucket{le="${index / 1e6}"} 1\n`)}`,
  (salt) => {
    const bounds = Array.from({ length: 9990 }, (_, index) => `${index}.${'0'.repeat(120)}${salt}`);
    const buckets = [...bounds, '+Inf'].map((le) => `${HISTOGRAM}_bucket{le="${le}"} 1\n`);
    return `# TYPE ${HISTOGRAM} histogram\n${buckets.join('')}${HISTOGRAM}_sum 1\n${HISTOGRAM}_count 1\n`;
  },
];

it('a gateway with the heap of docker-compose.yml outlives whatever one token pushes, and goes on taking pushes', {
  timeout: (SECONDS + 60) * 1000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'flowcollect-gateway-memory-'));
  const pushgateway = await createPushgatewayDouble(() => Date.now());
  const [port, metricsPort] = [await freePort(), await freePort()];
  const settings = join(folder, 'ServerSetting.ini');
  await writeFile(
    settings,
    `[server]\nServerToken = ${TOKEN}\nListenPort = 127.0.0.1:${port}\nGatewayMetricsListen = 127.0.0.1:${metricsPort}\n` +
      `PushgatewayAddr = ${pushgateway.origin}\n[user.other]\nToken = another token of theirs\n`,
  );
  // As V8 has it within 128 MiB.
  const heap = ['--max-old-space-size=80', '--max-semi-space-size=1'];
  const gateway: ChildProcess = spawn(process.execPath, [...heap, BUNDLE, 'gateway', '--config', settings], {
    stdio: 'ignore',
  });
  const statuses = new Map<number, number>();
  let sequence = 0;
  const ask = async (method: string, device: string, token: string, body?: Uint8Array): Promise<number> => {
    sequence += 1;
    const response = await fetch(`http://127.0.0.1:${port}${pushPath(device)}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        [STATE_HEADER]: `state ${sequence}`,
        ...(body === undefined ? {} : { 'content-encoding': 'gzip' }),
      },
      ...(body === undefined ? {} : { body }),
    });
    await response.arrayBuffer();
    statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
    return response.status;
  };
  try {
    await expect
      .poll(
        () =>
          fetch(`http://127.0.0.1:${metricsPort}/healthz`).then(
            ({ ok }) => ok,
            () => false,
          ),
        { timeout: 20_000 },
      )
      .toBe(true);
    const until = Date.now() + SECONDS * 1000;
    await Promise.all(
      [0, 1, 2].map(async (worker) => {
        for (let round = worker; Date.now() < until; round += 3) {
          const text = BODIES[round % BODIES.length]?.(round) ?? '';
          const body = gzipSync(text, { level: 1 });
          const devices = Array.from({ length: 6 }, (_, index) => `device ${(7 * round + index) % 400}`);
          await Promise.all(devices.map((device) => ask('PUT', device, TOKEN, body)));
          if (round % 5 === 0) await Promise.all(devices.map((device) => ask('GET', device, TOKEN)));
        }
      }),
    );
    expect([gateway.exitCode, gateway.signalCode]).toEqual([null, null]);
    // All kinds of answers were among them, and another user still has room.
    expect([...statuses.keys()]).toEqual(expect.arrayContaining([200, 400, 413]));
    expect(await ask('PUT', 'honest', 'another token of theirs', gzipSync(typed(group('a'))))).toBe(200);
  } finally {
    if (gateway.exitCode === null && gateway.signalCode === null) {
      const ended = once(gateway, 'exit');
      gateway.kill('SIGKILL');
      await ended;
    }
    await pushgateway.close();
    await rm(folder, { recursive: true, force: true });
  }
});
