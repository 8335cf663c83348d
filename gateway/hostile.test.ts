import { mkdtemp } from 'node:fs/promises';
import { Agent, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pushPath, STATE_HEADER } from '../core/device-id.ts';
import { METRICS } from '../core/metric-contract.ts';
import { systemClock } from '../runtime/async.ts';
import { createLogger } from '../runtime/logger.ts';
import { createPushgatewayDouble, type PushgatewayDouble } from '../test/pushgateway-double.ts';
import { hashToken } from './access/authenticate.ts';
import { createGateway, type Gateway } from './service.ts';

/** Each; together more than ten thousand requests. */
const RUNS = { numRuns: 5500 };
const VICTIM = 'user/victim/instance/phone';
const ATTACKER = 'user/attacker/instance/mine';

let double: PushgatewayDouble;
let gateway: Gateway;
let origin: URL;
let before: string | undefined;
const agent = new Agent({ keepAlive: true, maxSockets: 4 });

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Unlike fetch, sends a path as it is. */
function send(
  method: string,
  path: string,
  headers: Record<string, string>,
  body: Uint8Array | string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { agent, host: origin.hostname, port: origin.port, method, path, headers },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

const attack = (path: string, body: Uint8Array | string, headers: Record<string, string> = {}, method = 'PUT') =>
  send(method, path, { authorization: 'Bearer attacker', [STATE_HEADER]: 'state 1', ...headers }, body);

const good = (value: number) =>
  `# TYPE flowcollect_kernel_bytes_total counter\nflowcollect_kernel_bytes_total{direction="upload"} ${value}\n`;

beforeAll(async () => {
  double = await createPushgatewayDouble(Date.now);
  const address = { host: '127.0.0.1', port: 0, setting: 'none' };
  gateway = createGateway({
    places: {
      dataDir: await mkdtemp(join(tmpdir(), 'flowcollect-hostile-')),
      prometheus: 'http://127.0.0.1:9',
      listen: address,
      metrics: address,
      pushgateway: double.origin,
    },
    clock: systemClock,
    logger: createLogger('test', 'silent'),
    tokens: () => [
      { hash: hashToken('victim'), user: 'victim' },
      { hash: hashToken('attacker'), user: 'attacker', deviceId: 'mine' },
    ],
    lastReload: () => ({ successful: true, succeededAt: 0 }),
  });
  origin = new URL((await gateway.start()).pushes);
  const headers = { authorization: 'Bearer victim', [STATE_HEADER]: 'state 1' };
  expect((await send('PUT', pushPath('phone'), headers, good(42))).status).toBe(200);
  before = double.groups.get(VICTIM);
});
afterAll(async () => {
  agent.destroy();
  await gateway.stop();
  await double.close();
});

/** What no attack may change: the victim's group, and that there are no groups but the two. */
function expectUnharmed({ status, text }: Answer): void {
  expect(double.groups.get(VICTIM)).toBe(before);
  expect([...double.groups.keys()].every((group) => group === VICTIM || group === ATTACKER)).toBe(true);
  expect(status).not.toBe(500);
  if (status >= 400) expect(JSON.parse(text)).toMatchObject({ error: expect.any(String) });
}

describe('a stolen token of one device', () => {
  it('changes nothing but that device, whatever path it tries', async () => {
    const part = fc.oneof(
      fc.constantFrom(
        '/metrics',
        '/job',
        '/flowcollect',
        '/instance',
        '/user',
        '/victim',
        '/phone',
        '/mine',
        '/',
        '//',
        '..',
        '%2e',
        '%2F',
        '%2f',
        '@base64',
        '/dmljdGlt',
        '/cGhvbmU',
        '?',
        '#',
        ';',
        '%00',
        '%',
        '%25',
        '\\',
        '=',
        '/api/v1/admin/wipe',
        ':',
      ),
      // What a request line can carry.
      fc.string({ unit: fc.integer({ min: 0x21, max: 0xff }).map((code) => String.fromCharCode(code)), maxLength: 5 }),
    );
    const path = fc.oneof(
      fc.array(part, { maxLength: 12 }).map((parts) => `/${parts.join('')}`),
      fc.array(part, { maxLength: 5 }).map((parts) => `/metrics/job/flowcollect/instance/${parts.join('')}`),
      fc.array(part, { maxLength: 5 }).map((parts) => `/metrics/job/flowcollect/instance/mine${parts.join('')}`),
    );
    const method = fc.constantFrom('PUT', 'POST', 'DELETE', 'GET', 'PATCH');
    await fc.assert(
      fc.asyncProperty(path, method, async (tried, how) => {
        expectUnharmed(await attack(tried, how === 'GET' || how === 'DELETE' ? '' : good(1), {}, how));
      }),
      RUNS,
    );
  });

  it('changes nothing but that device, whatever it sends', async () => {
    const name = fc.constantFrom(
      ...METRICS.map((spec) => spec.name),
      'up',
      'push_time_seconds',
      '__name__',
      'constructor',
    );
    const label = fc.constantFrom(
      'direction',
      'class',
      'node',
      'user',
      'instance',
      'job',
      'le',
      '__name__',
      '__proto__',
    );
    const text = fc.oneof(
      fc.constantFrom('upload', 'proxy', 'victim', 'phone', '\\"} 1\nup 1', '<script>'),
      fc.string({ maxLength: 9 }),
    );
    const value = fc.oneof(fc.double().map(String), fc.constantFrom('1', '-1', 'NaN', '+Inf', '1e308', '0x1', ''));
    const line = fc.oneof(
      fc.tuple(name, fc.constantFrom('counter', 'gauge', 'histogram', 'x')).map(([of, type]) => `# TYPE ${of} ${type}`),
      fc.tuple(name, text).map(([of, help]) => `# HELP ${of} ${help}`),
      fc
        .tuple(name, fc.array(fc.tuple(label, text), { maxLength: 3 }), value, fc.constantFrom('', ' 1', ' 9e9'))
        .map(
          ([of, labels, number, time]) => `${of}{${labels.map(([k, v]) => `${k}="${v}"`).join(',')}} ${number}${time}`,
        ),
      fc.string({ maxLength: 20 }),
    );
    const plain = fc.array(line, { maxLength: 6 }).map((lines) => Buffer.from(`${lines.join('\n')}\n`));
    const body = fc.oneof(
      plain.map((bytes) => ({ bytes, encoding: 'identity' })),
      plain.map((bytes) => ({ bytes: gzipSync(bytes), encoding: 'gzip' })),
      fc.uint8Array({ maxLength: 40 }).map((bytes) => ({ bytes, encoding: 'gzip' })),
      fc.uint8Array({ maxLength: 40 }).map((bytes) => ({ bytes, encoding: 'identity' })),
    );
    await fc.assert(
      fc.asyncProperty(body, async ({ bytes, encoding }) => {
        expectUnharmed(await attack(pushPath('mine'), bytes, { 'content-encoding': encoding }));
      }),
      RUNS,
    );
  });

  it('does not get memory for bombs and giants', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 2 ** 20));
    const residentBefore = process.memoryUsage().rss;
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => attack(pushPath('mine'), bomb, { 'content-encoding': 'gzip' })),
    );
    for (const answer of answers) expect([413, 503]).toContain(answer.status);
    expect(process.memoryUsage().rss - residentBefore).toBeLessThan(256 * 2 ** 20);
  });
});
