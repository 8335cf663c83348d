import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pushPath } from '../core/device-id.ts';
import {
  bodyOf,
  errorOf,
  type GatewayAtDouble,
  openGatewayAtDouble,
  SERIES,
  type Sent,
  TOKEN,
} from '../test/gateway-at-double.ts';
import { hashToken } from './access/authenticate.ts';

let gateway: GatewayAtDouble;
beforeEach(async () => {
  gateway = await openGatewayAtDouble();
});
afterEach(() => gateway.close());

describe('a push', () => {
  it('reaches the group of its user and device, and is read back with its state', async () => {
    expect((await gateway.send({ body: bodyOf(42), state: 'one 7' })).status).toBe(200);
    expect(gateway.double.groups.get('user/default/instance/客厅')).toContain(`${SERIES} 42\n`);
    const back = await gateway.send({ method: 'GET' });
    expect([back.status, back.headers.get('x-flowcollect-state')]).toEqual([200, 'one 7']);
    expect(back.text).toContain(`${SERIES} 42\n`);
  });

  it('may be gzip', async () => {
    expect((await gateway.send({ body: gzipSync(bodyOf(5)), headers: { 'content-encoding': 'gzip' } })).status).toBe(
      200,
    );
    expect(gateway.double.groups.get('user/default/instance/客厅')).toContain(`${SERIES} 5\n`);
  });

  it('is refused when a counter falls, with the series named and nothing changed', async () => {
    await gateway.send({ body: bodyOf(42) });
    const refused = await gateway.send({ body: bodyOf(41), state: 'one 2' });
    expect(errorOf(refused)).toEqual([409, 'counter_fell']);
    expect(JSON.parse(refused.text).series).toEqual([{ series: SERIES, accepted: 42, pushed: 41 }]);
    expect(gateway.double.groups.get('user/default/instance/客厅')).toContain(`${SERIES} 42\n`);
  });

  it('is refused from another state for a minute after the holder pushed, even in vain', async () => {
    await gateway.send({ state: 'one 1' });
    gateway.pass(59_000);
    await gateway.double.unlisten();
    expect(errorOf(await gateway.send({ state: 'one 2' }))).toEqual([503, 'pushgateway_down']);
    await gateway.double.listen();
    gateway.pass(59_000);
    expect(errorOf(await gateway.send({ state: 'two 1' }))).toEqual([409, 'held_by_another_state']);
    gateway.pass(1000);
    expect((await gateway.send({ state: 'two 1' })).status).toBe(200);
    expect(errorOf(await gateway.send({ state: 'one 3' }))).toEqual([409, 'held_by_another_state']);
  });

  it('is refused with a sequence older than the accepted one', async () => {
    await gateway.send({ state: 'one 5' });
    expect(errorOf(await gateway.send({ state: 'one 4' }))).toEqual([409, 'sequence_old']);
    expect((await gateway.send({ state: 'one 5' })).status).toBe(200);
  });

  it.each<[string, Sent, number, string]>([
    ['without a known token', { headers: { authorization: 'Bearer guess' } }, 401, 'unauthorized'],
    ['without a state', { state: '' }, 400, 'bad_state_header'],
    ['that is no exposition text', { body: 'oops' }, 400, 'not_exposition'],
    ['of a foreign metric', { body: '# TYPE up gauge\nup 1\n' }, 400, 'not_in_contract'],
    ['that is too large', { body: new Uint8Array(2 ** 20 + 1) }, 413, 'too_large'],
    ['in another encoding', { headers: { 'content-encoding': 'br' } }, 415, 'unsupported_encoding'],
  ])('%s is refused, counted and logged without the token', async (_, sent, status, code) => {
    expect(errorOf(await gateway.send(sent))).toEqual([status, code]);
    expect(gateway.double.puts).toEqual([]);
    expect(await gateway.tells(`flowcollect_gateway_pushes_total{result="refused",reason="${code}"} 1`)).toBe(true);
    expect(gateway.lines.join()).toContain(code);
    expect(gateway.lines.join()).not.toMatch(/hunter2|guess/);
  });

  it('of a token that belongs to one device is for that device only', async () => {
    gateway.know([{ hash: hashToken(TOKEN), user: 'alice', deviceId: 'phone' }]);
    expect(errorOf(await gateway.send())).toEqual([403, 'other_device']);
    expect(errorOf(await gateway.send({ method: 'GET' }))).toEqual([403, 'other_device']);
    expect((await gateway.send({ device: 'phone' })).status).toBe(200);
    expect([...gateway.double.groups.keys()]).toEqual(['user/alice/instance/phone']);
  });

  it('is refused at once when its token is revoked', async () => {
    await gateway.send();
    gateway.know([]);
    expect(errorOf(await gateway.send({ state: 'one 2' }))).toEqual([401, 'unauthorized']);
  });
});

describe('what the gateway does not serve', () => {
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
    const response = await fetch(gateway.origin() + path, { method, headers: { authorization: `Bearer ${TOKEN}` } });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: expect.any(String), message: expect.any(String) });
    expect(gateway.double.puts).toEqual([]);
  });

  it('tells nothing of paths to whom it does not know', async () => {
    expect((await fetch(`${gateway.origin()}/metrics/job/x/instance/a`)).status).toBe(401);
  });

  it('has its own metrics and health on another address', async () => {
    await gateway.send();
    expect(await (await fetch(`${gateway.metrics()}/healthz`)).json()).toEqual({ status: 'ok' });
    expect(await gateway.tells('flowcollect_gateway_pushes_total{result="accepted",reason=""} 1')).toBe(true);
    const { length } = Buffer.from((await gateway.send({ method: 'GET' })).text);
    expect(await gateway.tells(`flowcollect_gateway_kept_bytes{user="default"} ${256 + length}`)).toBe(true);
    expect(
      await gateway.tells('flowcollect_gateway_last_push_timestamp_seconds{user="default",instance="客厅"} 1700000000'),
    ).toBe(true);
    expect((await fetch(gateway.metrics() + pushPath('客厅'), { method: 'PUT' })).status).toBe(404);
  });
});
