import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { pushPath } from '../core/device-id.ts';
import { KERNEL_BYTES } from '../core/metric-contract.ts';
import { createLogger } from '../runtime/logger.ts';
import { createPushgatewayDouble, type PushgatewayDouble } from '../test/pushgateway-double.ts';
import { createGateway, type Gateway } from './gateway.ts';
import { hashToken } from './tokens.ts';

const TOKEN = 'hunter2';
const series = `${KERNEL_BYTES}{direction="download"}`;
const bodyOf = (value: number | string) => `# TYPE ${KERNEL_BYTES} counter\n${series} ${value}\n`;

let now: number;
let double: PushgatewayDouble;
let folder: string;
let lines: string[];
let gateway: Gateway;
let door: string;
let metrics: string;
let tokens = [{ hash: hashToken(TOKEN), user: 'default' }];
const logger = createLogger('test', 'info', { write: (line: string) => void lines.push(line) });

async function open(): Promise<void> {
  const address = { host: '127.0.0.1', port: 0, setting: 'none' };
  gateway = createGateway({
    config: { door: address, metrics: address, pushgateway: double.origin },
    dataFolder: folder,
    // Looks for a restarted Pushgateway come every few milliseconds instead of every two seconds.
    clock: {
      now: () => now,
      sleep: (_, signal) => new Promise((wake) => void (signal.aborted ? wake() : setTimeout(wake, 5))),
    },
    logger,
    tokens: () => tokens,
    lastReloadSuccessful: () => true,
  });
  ({ door, metrics } = await gateway.start());
}

beforeEach(async () => {
  now = 1_700_000_000_000;
  lines = [];
  tokens = [{ hash: hashToken(TOKEN), user: 'default' }];
  double = await createPushgatewayDouble(() => now);
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-gateway-'));
  await open();
});
afterEach(async () => {
  await gateway.stop();
  await double.close();
});

interface Sent {
  readonly device?: string;
  readonly state?: string;
  readonly body?: string | Uint8Array;
  readonly headers?: Record<string, string>;
  readonly method?: string;
}

async function send({ device = '客厅', state = 'one 1', body = bodyOf(1), headers = {}, method = 'PUT' }: Sent = {}) {
  const response = await fetch(door + pushPath(device), {
    method,
    headers: {
      authorization: `Bearer ${TOKEN}`,
      'x-flowcollect-state': state,
      'content-type': 'text/plain',
      ...headers,
    },
    ...(method === 'PUT' ? { body } : {}),
  });
  const text = await response.text();
  return { status: response.status, text, headers: response.headers };
}
const errorOf = ({ status, text }: { status: number; text: string }) => [status, JSON.parse(text).error];
const metric = async (line: string) => (await (await fetch(`${metrics}/metrics`)).text()).includes(`\n${line}\n`);

describe('a push', () => {
  it('reaches the group of its user and device, and is read back with its state', async () => {
    expect((await send({ body: bodyOf(42), state: 'one 7' })).status).toBe(200);
    expect(double.groups.get('user/default/instance/客厅')).toContain(`${series} 42\n`);
    const back = await send({ method: 'GET' });
    expect([back.status, back.headers.get('x-flowcollect-state')]).toEqual([200, 'one 7']);
    expect(back.text).toContain(`${series} 42\n`);
  });

  it('may be gzip', async () => {
    expect((await send({ body: gzipSync(bodyOf(5)), headers: { 'content-encoding': 'gzip' } })).status).toBe(200);
    expect(double.groups.get('user/default/instance/客厅')).toContain(`${series} 5\n`);
  });

  it('is refused when a counter falls, with the series named and nothing changed', async () => {
    await send({ body: bodyOf(42) });
    const refused = await send({ body: bodyOf(41), state: 'one 2' });
    expect(errorOf(refused)).toEqual([409, 'counter_fell']);
    expect(JSON.parse(refused.text).series).toEqual([{ series, accepted: 42, pushed: 41 }]);
    expect(double.groups.get('user/default/instance/客厅')).toContain(`${series} 42\n`);
  });

  it('is refused from another state for a minute after the holder pushed, even in vain', async () => {
    await send({ state: 'one 1' });
    now += 59_000;
    await double.unlisten();
    expect(errorOf(await send({ state: 'one 2' }))).toEqual([503, 'pushgateway_down']);
    await double.listen();
    now += 59_000;
    expect(errorOf(await send({ state: 'two 1' }))).toEqual([409, 'held_by_another_state']);
    now += 1000;
    expect((await send({ state: 'two 1' })).status).toBe(200);
    expect(errorOf(await send({ state: 'one 3' }))).toEqual([409, 'held_by_another_state']);
  });

  it('is refused with a sequence older than the accepted one', async () => {
    await send({ state: 'one 5' });
    expect(errorOf(await send({ state: 'one 4' }))).toEqual([409, 'sequence_old']);
    expect((await send({ state: 'one 5' })).status).toBe(200);
  });

  it.each<[string, Sent, number, string]>([
    ['without a known token', { headers: { authorization: 'Bearer guess' } }, 401, 'unauthorized'],
    ['without a state', { state: '' }, 400, 'bad_state_header'],
    ['that is no exposition text', { body: 'oops' }, 400, 'not_exposition'],
    ['of a foreign metric', { body: '# TYPE up gauge\nup 1\n' }, 400, 'not_in_contract'],
    ['that is too large', { body: new Uint8Array(2 ** 20 + 1) }, 413, 'too_large'],
    ['in another encoding', { headers: { 'content-encoding': 'br' } }, 415, 'unsupported_encoding'],
  ])('%s is refused, counted and logged without the token', async (_, sent, status, code) => {
    expect(errorOf(await send(sent))).toEqual([status, code]);
    expect(double.puts).toEqual([]);
    expect(await metric(`flowcollect_gateway_pushes_total{result="refused",reason="${code}"} 1`)).toBe(true);
    expect(lines.join()).toContain(code);
    expect(lines.join()).not.toMatch(/hunter2|guess/);
  });

  it('of a token that belongs to one device is for that device only', async () => {
    tokens = [Object.assign({ hash: hashToken(TOKEN), user: 'alice' }, { deviceId: 'phone' })];
    expect(errorOf(await send())).toEqual([403, 'other_device']);
    expect(errorOf(await send({ method: 'GET' }))).toEqual([403, 'other_device']);
    expect((await send({ device: 'phone' })).status).toBe(200);
    expect([...double.groups.keys()]).toEqual(['user/alice/instance/phone']);
  });

  it('is refused at once when its token is revoked', async () => {
    await send();
    tokens = [];
    expect(errorOf(await send({ state: 'one 2' }))).toEqual([401, 'unauthorized']);
  });
});

describe('what is behind the door', () => {
  it.each<[string, string, number]>([
    ['GET', '/', 404],
    ['GET', '/metrics', 404],
    ['GET', '/healthz', 404],
    ['GET', '/api/v1/metrics', 404],
    ['PUT', '/api/v1/admin/wipe', 404],
    ['DELETE', pushPath('a'), 405],
    ['POST', pushPath('a'), 405],
    ['OPTIONS', pushPath('a'), 405],
    ['PUT', '/metrics/job/flowcollect/user/bob/instance/a', 400],
    ['GET', '/metrics/job/flowcollect/instance/a%2Fb', 400],
    ['GET', pushPath('never pushed'), 404],
  ])('%s %s is answered in JSON', async (method, path, status) => {
    const response = await fetch(door + path, { method, headers: { authorization: `Bearer ${TOKEN}` } });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: expect.any(String), message: expect.any(String) });
    expect(double.puts).toEqual([]);
  });

  it('tells nothing of paths to whom it does not know', async () => {
    expect((await fetch(`${door}/metrics/job/x/instance/a`)).status).toBe(401);
  });

  it('has its own metrics and health on another address', async () => {
    await send();
    expect(await (await fetch(`${metrics}/healthz`)).json()).toEqual({ status: 'ok' });
    expect(await metric('flowcollect_gateway_pushes_total{result="accepted",reason=""} 1')).toBe(true);
    expect(
      await metric('flowcollect_gateway_last_push_timestamp_seconds{user="default",instance="客厅"} 1700000000'),
    ).toBe(true);
    expect((await fetch(metrics + pushPath('客厅'), { method: 'PUT' })).status).toBe(404);
  });
});

describe('when Pushgateway fails', () => {
  beforeEach(async () => {
    await send({ body: bodyOf(1), state: 'one 1' });
  });

  it('answers 503 with what to do, and does not take the push for accepted', async () => {
    await double.unlisten();
    const refused = await send({ body: bodyOf(2), state: 'one 2' });
    expect(errorOf(refused)).toEqual([503, 'pushgateway_down']);
    expect(JSON.parse(refused.text).message).toContain('start it on the server');
    expect((await send({ method: 'GET' })).text).toContain(`${series} 1\n`);
    await double.listen();
    expect((await send({ body: bodyOf(2), state: 'one 2' })).status).toBe(200);
  });

  it('answers 502 when it declines', async () => {
    double.mode = 'decline';
    expect(errorOf(await send({ body: bodyOf(2), state: 'one 2' }))).toEqual([502, 'pushgateway_refused']);
    expect((await send({ method: 'GET' })).text).toContain(`${series} 1\n`);
  });

  it.each(['lose', 'error'] as const)(
    'holds counters to a push that may have arrived (%s), and settles it',
    async (mode) => {
      double.mode = mode;
      expect(errorOf(await send({ body: bodyOf(2), state: 'one 2' }))).toEqual([503, 'pushgateway_down']);
      expect((await send({ method: 'GET' })).text).toContain(`${series} 2\n`);
      now += 60_000;
      expect(errorOf(await send({ body: bodyOf(1), state: 'two 1' }))).toEqual([409, 'counter_fell']);
      double.mode = 'well';
      await vi.waitFor(() => expect(double.groups.get('user/default/instance/客厅')).toContain(`${series} 2\n`));
    },
  );

  it('puts every device back into one that came up empty', async () => {
    await send({ device: 'b', body: bodyOf(7) });
    double.restart();
    await vi.waitFor(() => expect(double.groups.size).toBe(2));
    expect(double.groups.get('user/default/instance/b')).toContain(`${series} 7\n`);
  });

  it('puts back only what one that kept an older state lacks', async () => {
    await send({ device: 'b' });
    const { length } = double.puts;
    double.restart(new Map([['user/default/instance/b', bodyOf(1)]]));
    await vi.waitFor(() => expect(double.groups.size).toBe(2));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(double.puts.slice(length)).toEqual(['user/default/instance/客厅']);
  });

  it('does so too when the gateway was down meanwhile, and keeps who holds what', async () => {
    await gateway.stop();
    double.restart();
    await open();
    await vi.waitFor(() => expect(double.groups.get('user/default/instance/客厅')).toContain(`${series} 1\n`));
    expect(errorOf(await send({ state: 'two 1' }))).toEqual([409, 'held_by_another_state']);
    expect(errorOf(await send({ body: bodyOf(0), state: 'one 2' }))).toEqual([409, 'counter_fell']);
  });
});

describe('a disk that refuses', () => {
  it('fails the push and leaves Pushgateway as it was', async () => {
    await gateway.stop();
    folder = await mkdtemp(join(tmpdir(), 'flowcollect-gateway-'));
    await open();
    // A file where the folder should be fails for every user, also for one that may write everywhere.
    await rm(join(folder, 'gateway', 'pushes'), { recursive: true });
    await writeFile(join(folder, 'gateway', 'pushes'), '');
    expect(errorOf(await send())).toEqual([503, 'storage_failed']);
    expect(double.puts).toEqual([]);
  });
});

describe('rude visitors', () => {
  it('who guess tokens are not even looked at after a while, and cannot hold devices elsewhere back', async () => {
    const guess = (from: string, token: string) =>
      send({ headers: { authorization: `Bearer ${token}`, 'x-forwarded-for': from } });
    for (let failure = 0; failure < 60; failure += 1)
      expect((await guess('203.0.113.1', `guess ${failure}`)).status).toBe(401);
    expect(errorOf(await guess('203.0.113.1', TOKEN))).toEqual([429, 'slow_down']);
    expect((await guess('203.0.113.2', TOKEN)).status).toBe(200);
    now += 60_000;
    expect((await guess('203.0.113.1', TOKEN)).status).toBe(200);
  });

  it('who never finish, a thousand of them, do not keep a device out', async () => {
    const { port } = new URL(door);
    const sockets = await Promise.all(
      Array.from({ length: 1000 }, async () => {
        const socket = connect(Number(port), '127.0.0.1');
        socket.on('error', () => undefined);
        await new Promise<void>((resolve) => {
          socket.write(`PUT ${pushPath('a')} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n`, () => resolve());
        });
        return socket;
      }),
    );
    expect((await send()).status).toBe(200);
    for (const socket of sockets) socket.destroy();
  });

  it('may send half a request without keeping the door from stopping', async () => {
    const socket = connect(Number(new URL(door).port), '127.0.0.1');
    socket.on('error', () => undefined);
    await new Promise<void>((resolve) => {
      socket.write('PUT /metrics HTTP/1.1\r\nHost: x\r\n', () => resolve());
    });
    await gateway.stop();
    await expect(fetch(door)).rejects.toThrow();
  });

  it('may leave in the middle of a push: the device is free for the next', async () => {
    const half = httpRequest(door + pushPath('客厅'), {
      method: 'PUT',
      headers: { authorization: `Bearer ${TOKEN}`, 'x-flowcollect-state': 'one 1', 'content-length': '1000' },
    });
    half.on('error', () => undefined);
    await new Promise<void>((resolve) => {
      half.write('# TYPE', () => resolve());
    });
    half.destroy();
    expect((await send()).status).toBe(200);
    await vi.waitFor(() => expect(lines.join()).toContain('went away'));
  });
});
