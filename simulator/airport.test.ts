import { afterEach, beforeEach, expect, it } from 'vitest';
import { type AirportSimulator, behaviourSchema, bill, createAirport, statedMultiplier } from './airport.ts';

let airport: AirportSimulator;
let used = { upload: 10, download: 20 };

beforeEach(async () => {
  used = { upload: 10, download: 20 };
  airport = createAirport({ port: 0, plan: { quota: 100, expiresAt: undefined }, usage: () => used });
  await airport.start();
});
afterEach(() => airport.stop());

const header = (response: Response): string | null => response.headers.get('subscription-userinfo');

it('tells the usage as it is, as V2Board writes it', async () => {
  expect(header(await fetch(airport.url()))).toBe('upload=10; download=20; total=100; expire=');
  used = { upload: 11, download: 22 };
  expect(header(await fetch(airport.url(), { method: 'HEAD' }))).toBe('upload=11; download=22; total=100; expire=');
  expect(airport.requests()).toBe(2);
});

it('refuses another token and another path', async () => {
  expect((await fetch(airport.url().replace('token=', 'token=x'))).status).toBe(403);
  expect((await fetch(new URL('/other', airport.url()))).status).toBe(404);
});

it.each([
  [{ mode: 'missing' }, 200, null, 12],
  [{ mode: 'empty' }, 200, null, 0],
  [{ mode: 'all-zero' }, 200, 'upload=0; download=0; total=0; expire=0', 12],
  [{ mode: 'garbage' }, 200, 'upload=many; download; total=-; <html>', 12],
  [{ mode: 'header', value: 'total=1.07E+14' }, 200, 'total=1.07E+14', 12],
  [{ mode: 'forbidden' }, 403, null, 14],
  [{ mode: 'rate-limited' }, 429, null, 0],
  [{ mode: 'slow', delay: 5 }, 200, 'upload=10; download=20; total=100; expire=', 12],
  [{ mode: 'redirect' }, 200, 'upload=10; download=20; total=100; expire=', 12],
])('behaves as %j', async (behaviour, status, value, bodyLength) => {
  airport.behave(behaviourSchema.parse(behaviour));
  const response = await fetch(airport.url());
  expect(response.status).toBe(status);
  expect(header(response)).toBe(value);
  expect((await response.text()).length).toBe(bodyLength);
});

it('answers one request of a link that works once', async () => {
  airport.behave({ mode: 'one-time' });
  expect([(await fetch(airport.url())).status, (await fetch(airport.url())).status]).toEqual([200, 403]);
});

it('tells the usage as a counter in JSON', async () => {
  airport.behave({ mode: 'counter' });
  const counter = { monthly_bw_limit_b: 100, bw_counter_b: 30, bw_reset_day_of_month: 16 };
  expect(await (await fetch(airport.url())).json()).toEqual(counter);
});

it('cuts the connection when told to', async () => {
  airport.behave({ mode: 'reset' });
  await expect(fetch(airport.url())).rejects.toThrow();
});

it.each([
  ['香港 01 | x2', 2],
  ['美国 01 [0.5x]', 0.5],
  ['新加坡 02 [1.5x]', 1.5],
  ['日本 01', 1],
])('reads the multiplier of %s', (node, multiplier) => {
  expect(statedMultiplier(node)).toBe(multiplier);
});

it('bills proxy nodes by their multipliers, hops outside the totals and a leak included', () => {
  const node = (name: string, kind: 'proxy' | 'direct', counted: boolean) => ({
    node: name,
    class: kind,
    provider: '',
    counted,
    connections: 1,
    upload: 10,
    download: 1000,
  });
  const nodes = [
    node('香港 01 | x2', 'proxy', true),
    node('美国 01 [0.5x]', 'proxy', true),
    node('日本 01', 'proxy', false),
    node('DIRECT', 'direct', true),
  ];
  expect(bill({ before: { upload: 1, download: 2 }, nodes, leaked: 7 })).toEqual({ upload: 36, download: 3509 });
});
