import { createTransport } from 'nodemailer';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { statedMultiplier } from './airport.ts';
import { createSimulation, type Simulation, type SimulationAddresses } from './simulation.ts';

let now = Date.UTC(2026, 10, 24);
let simulation: Simulation;
let addresses: SimulationAddresses;

beforeEach(async () => {
  simulation = createSimulation(
    {
      controlPort: 0,
      speed: 60,
      paused: true,
      kernel: { port: 0, secret: '', plays: { shape: 'household', seed: '1' } },
      airport: { port: 0, quota: 1e12, leakPerMinute: 1_000_000 },
      mailbox: { port: 0 },
    },
    () => now,
  );
  addresses = await simulation.start();
});
afterEach(() => simulation.stop());

const bodySchema = z.looseObject({
  nodes: z
    .array(z.object({ node: z.string(), class: z.string(), upload: z.number(), download: z.number() }))
    .default([]),
});

const call = async (method: string, path: string, body?: unknown) => {
  const response = await fetch(`${addresses.control}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: bodySchema.parse(await response.json()) };
};
const billed = async (): Promise<number> => {
  const header = (await fetch(addresses.airport ?? '')).headers.get('subscription-userinfo') ?? '';
  return [...header.matchAll(/(?:upload|download)=(\d+)/g)].reduce((sum, match) => sum + Number(match[1]), 0);
};

it('bills what the kernel moved through proxy nodes by their multipliers, and the leak', async () => {
  const before = await billed();
  now += 1000;
  expect(await billed()).toBe(before);
  await call('POST', '/simulator/play');
  now += 2000;
  await call('POST', '/simulator/pause');
  const { nodes } = (await call('GET', '/simulator/truth')).body;
  const expected = nodes
    .filter((each) => each.class === 'proxy')
    .reduce(
      (sum, { node, upload, download }) =>
        sum + Math.round(upload * statedMultiplier(node)) + Math.round(download * statedMultiplier(node)),
      0,
    );
  expect(expected).toBeGreaterThan(0);
  expect((await billed()) - before).toBe(expected + 2_000_000);
});

it('is driven through its control listener', async () => {
  expect((await call('GET', '/simulator/status')).body).toMatchObject({ playing: false, kernel: { download: 0 } });
  expect((await call('PUT', '/simulator/speed', { speed: 2 })).status).toBe(200);
  expect((await call('PUT', '/simulator/airport', { mode: 'missing' })).body).toMatchObject({ mode: 'missing' });
  expect((await fetch(addresses.airport ?? '')).headers.has('subscription-userinfo')).toBe(false);
  await createTransport({ host: '127.0.0.1', port: addresses.mailbox?.port ?? 0 }).sendMail({
    from: 'a@example.org',
    to: 'b@example.org',
    text: 'x',
  });
  expect((await call('GET', '/simulator/mailbox')).body.mails).toHaveLength(1);
  expect((await call('PUT', '/simulator/mailbox', { refusal: 'busy' })).status).toBe(200);
  expect((await call('DELETE', '/simulator/mailbox')).status).toBe(200);
  expect((await call('GET', '/simulator/mailbox')).body).toMatchObject({ refusal: 'busy', mails: [] });
  expect((await call('POST', '/simulator/kernel/restart', { downFor: 10 })).status).toBe(200);
  expect((await fetch(`${addresses.kernel}/version`)).status).toBe(200);
});

it('says what is wrong with a command', async () => {
  expect(await call('PUT', '/simulator/airport', { mode: 'angry' })).toMatchObject({
    status: 400,
    body: { error: 'bad_body', message: expect.stringContaining('mode') },
  });
  expect((await call('PUT', '/simulator/speed', { speed: 0 })).status).toBe(400);
  expect(await call('GET', '/simulator/nothing')).toMatchObject({
    status: 404,
    body: { error: 'unknown_route', routes: expect.arrayContaining(['GET /simulator/truth']) },
  });
});
