import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { bodyOf, errorOf, type GatewayAtDouble, openGatewayAtDouble, SERIES } from '../test/gateway-at-double.ts';

let gateway: GatewayAtDouble;
beforeEach(async () => {
  gateway = await openGatewayAtDouble();
});
afterEach(() => gateway.close());

describe('when Pushgateway fails', () => {
  beforeEach(async () => {
    await gateway.send({ body: bodyOf(1), state: 'one 1' });
  });

  it('answers 503 with what to do, and does not take the push for accepted', async () => {
    await gateway.double.unlisten();
    const refused = await gateway.send({ body: bodyOf(2), state: 'one 2' });
    expect(errorOf(refused)).toEqual([503, 'pushgateway_down']);
    expect(JSON.parse(refused.text).message).toContain('start it on the server');
    expect((await gateway.send({ method: 'GET' })).text).toContain(`${SERIES} 1\n`);
    await gateway.double.listen();
    expect((await gateway.send({ body: bodyOf(2), state: 'one 2' })).status).toBe(200);
  });

  it('answers 502 when it declines', async () => {
    gateway.double.mode = 'decline';
    expect(errorOf(await gateway.send({ body: bodyOf(2), state: 'one 2' }))).toEqual([502, 'pushgateway_refused']);
    expect((await gateway.send({ method: 'GET' })).text).toContain(`${SERIES} 1\n`);
  });

  it.each(['lose', 'error'] as const)(
    'holds counters to a push that may have arrived (%s), and settles it',
    async (mode) => {
      gateway.double.mode = mode;
      expect(errorOf(await gateway.send({ body: bodyOf(2), state: 'one 2' }))).toEqual([503, 'pushgateway_down']);
      expect((await gateway.send({ method: 'GET' })).text).toContain(`${SERIES} 2\n`);
      gateway.pass(60_000);
      expect(errorOf(await gateway.send({ body: bodyOf(1), state: 'two 1' }))).toEqual([409, 'counter_fell']);
      gateway.double.mode = 'well';
      await vi.waitFor(() =>
        expect(gateway.double.groups.get('user/default/instance/客厅')).toContain(`${SERIES} 2\n`),
      );
    },
  );

  it('sends a push in doubt that it declines once a minute, with a word each time, until it takes it', async () => {
    const declined = () => gateway.lines.filter((line) => line.includes('Pushgateway declined a push'));
    const someLooks = () => new Promise((resolve) => setTimeout(resolve, 100));
    gateway.double.mode = 'error';
    expect(errorOf(await gateway.send({ body: bodyOf(2), state: 'one 2' }))).toEqual([503, 'pushgateway_down']);
    gateway.double.mode = 'decline';
    for (const times of [1, 2]) {
      await vi.waitFor(() => expect(declined()).toHaveLength(times));
      const { length } = gateway.double.puts;
      await someLooks();
      gateway.pass(59_000);
      await someLooks();
      expect([declined().length, gateway.double.puts.length]).toEqual([times, length]);
      expect(declined().at(-1)).toContain('"instance":"客厅"');
      gateway.pass(1000);
    }
    // It may have arrived the first time: counters are still held to it.
    expect((await gateway.send({ method: 'GET' })).text).toContain(`${SERIES} 2\n`);
    gateway.double.mode = 'well';
    gateway.pass(60_000);
    await vi.waitFor(() => expect(gateway.double.groups.get('user/default/instance/客厅')).toContain(`${SERIES} 2\n`));
  });

  it('puts devices back into one that came up empty while the gateway did not run', async () => {
    await gateway.stop();
    gateway.double.restart();
    await gateway.start();
    await vi.waitFor(() => expect(gateway.double.groups.size).toBe(1));
  });

  it('holds every other device to its push where one record of its log is damaged, and says so in /healthz', async () => {
    for (const [device, value] of [
      ['a', 111_111],
      ['b', 222_222],
    ] as const)
      await gateway.send({ device, body: bodyOf(value) });
    await gateway.stop();
    const log = join(gateway.folder, 'gateway', 'pushes', '0000000001.log');
    await writeFile(log, (await readFile(log, 'utf8')).replace(`${SERIES} 111111`, `${SERIES} 111171`));
    await gateway.start();
    const health = await (await fetch(`${gateway.metrics()}/healthz`)).json();
    expect(health).toMatchObject({ status: 'degraded', problem: expect.stringContaining(`${log}.corrupt-`) });
    expect((await gateway.send({ device: 'a', method: 'GET' })).status).toBe(404);
    expect((await gateway.send({ device: 'b', method: 'GET' })).text).toContain(`${SERIES} 222222\n`);
    expect((await gateway.send({ device: 'a', body: bodyOf(111_112), state: 'one 2' })).status).toBe(200);
  });

  it('puts every device back into one that came up empty', async () => {
    await gateway.send({ device: 'b', body: bodyOf(7) });
    gateway.double.restart();
    await vi.waitFor(() => expect(gateway.double.groups.size).toBe(2));
    expect(gateway.double.groups.get('user/default/instance/b')).toContain(`${SERIES} 7\n`);
  });

  it('puts every other device back where it declines one', async () => {
    await gateway.send({ device: 'b', body: bodyOf(7) });
    gateway.double.declined = 'user/default/instance/客厅';
    gateway.double.restart();
    await vi.waitFor(() => expect(gateway.double.groups.get('user/default/instance/b')).toContain(`${SERIES} 7\n`));
    expect(gateway.lines.join('')).toContain('"instance":"客厅"');
  });

  it('puts back only what one that kept an older state lacks', async () => {
    await gateway.send({ device: 'b' });
    const { length } = gateway.double.puts;
    gateway.double.restart(new Map([['user/default/instance/b', bodyOf(1)]]));
    await vi.waitFor(() => expect(gateway.double.groups.size).toBe(2));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(gateway.double.puts.slice(length)).toEqual(['user/default/instance/客厅']);
  });

  it('does so too when the gateway was down meanwhile, and keeps who holds what', async () => {
    await gateway.stop();
    gateway.double.restart();
    await gateway.start();
    await vi.waitFor(() => expect(gateway.double.groups.get('user/default/instance/客厅')).toContain(`${SERIES} 1\n`));
    expect(errorOf(await gateway.send({ state: 'two 1' }))).toEqual([409, 'held_by_another_state']);
    expect(errorOf(await gateway.send({ body: bodyOf(0), state: 'one 2' }))).toEqual([409, 'counter_fell']);
  });
});

describe('a disk that refuses', () => {
  it('fails the push, leaves Pushgateway as it was, and is told until a push was kept', async () => {
    const health = () => fetch(`${gateway.metrics()}/healthz`);
    // A file where the folder should be fails for every user, also for one that may write everywhere.
    const pushes = join(gateway.folder, 'gateway', 'pushes');
    await rm(pushes, { recursive: true });
    await writeFile(pushes, '');
    expect(errorOf(await gateway.send())).toEqual([503, 'storage_failed']);
    expect(gateway.double.puts).toEqual([]);
    const told = await health();
    expect(told.status).toBe(503);
    expect(await told.json()).toEqual({
      status: 'failing',
      problem: expect.stringMatching(/gateway cannot be written \(E[A-Z]+\): free the disk.*\[server\] DataDir$/),
    });
    expect(await gateway.tells('flowcollect_gateway_data_writable 0')).toBe(true);

    await rm(pushes);
    await mkdir(pushes);
    expect((await gateway.send()).status).toBe(200);
    expect((await health()).status).toBe(200);
    expect(await gateway.tells('flowcollect_gateway_data_writable 1')).toBe(true);
  });
});
