import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AirportSimulator, createAirport } from '../../simulator/airport.ts';
import { createKernelSimulator, type KernelSimulator } from '../../simulator/kernel/kernel-simulator.ts';
import { createHouseholdSource } from '../../simulator/kernel/kernel-source.ts';
import { createAirportClient, type FetchOutcome } from './fetch.ts';

const NOW = Date.parse('2026-11-24T12:00:00Z');
const GB = 2 ** 30;
const read = (url: string, ways: Parameters<ReturnType<typeof createAirportClient>['read']>[1]) =>
  createAirportClient({ clock: () => NOW }).read(url, ways);
const reasonOf = (outcome: FetchOutcome) => (outcome.known ? undefined : outcome.reasons[0]);

describe('the counter of an airport', () => {
  let airport: AirportSimulator;
  beforeEach(async () => {
    const plan = { quota: 500 * GB, expiresAt: undefined };
    airport = createAirport({ port: 0, plan, usage: () => ({ upload: GB, download: 2 * GB }) });
    await airport.start();
  });
  afterEach(() => airport.stop());
  const counter = (value?: string): Promise<FetchOutcome> => {
    airport.behave({ mode: 'counter', ...(value === undefined ? {} : { value }) });
    return read(airport.url(), { origin: 'counter' });
  };

  it('tells use, quota and the next reset, by the days of its servers', async () => {
    expect(await counter()).toMatchObject({
      known: true,
      reading: { used: 3 * GB, quota: 500 * GB, reset: Date.parse('2026-12-16T00:00:00-08:00') / 1000 },
    });
    expect(await counter('{"monthly_bw_limit_b":"500","bw_counter_b":"7"}')).toMatchObject({
      reading: { used: 7, quota: 500, reset: null },
    });
    const reset = Date.parse('2026-12-16T00:00:00-08:00') / 1000;
    for (const [day, expected] of [
      ['"16"', reset],
      ['" 16 "', reset],
      ['null', null],
      ['""', null],
    ]) {
      expect(
        await counter(`\uFEFF{"monthly_bw_limit_b":"5,000","bw_counter_b":7,"bw_reset_day_of_month":${day}}`),
      ).toMatchObject({ reading: { used: 7, quota: 5000, reset: expected } });
    }
  });

  it.each([
    ['<html>maintenance</html>', { code: 'json_invalid' }],
    ['{"monthly_bw_limit_b":5', { code: 'json_invalid' }],
    ['{}', { code: 'json_without', detail: 'monthly_bw_limit_b, bw_counter_b' }],
    ['[]', { code: 'json_without', detail: 'monthly_bw_limit_b' }],
    ['{"monthly_bw_limit_b":5,"bw_counter_b":null}', { code: 'json_without', detail: 'bw_counter_b' }],
    ['{"monthly_bw_limit_b":5,"bw_counter_b":-1}', { code: 'json_without', detail: 'bw_counter_b' }],
    ['{"monthly_bw_limit_b":5,"bw_counter_b":1,"bw_reset_day_of_month":0}', { code: 'json_without' }],
    ['{"monthly_bw_limit_b":0,"bw_counter_b":0}', { code: 'header_all_zero' }],
  ])('says what is wrong with %s', async (value, expected) => {
    expect(reasonOf(await counter(value))).toMatchObject(expected);
  });

  it('may be refused', async () => {
    airport.behave({ mode: 'forbidden' });
    expect(reasonOf(await read(airport.url(), { origin: 'counter' }))).toMatchObject({ code: 'http_forbidden' });
  });
});

describe('what a kernel remembers of a provider', () => {
  let kernel: KernelSimulator;
  beforeEach(async () => {
    kernel = createKernelSimulator({
      source: createHouseholdSource({ seed: '1', shape: 'household', startedAt: NOW }),
      now: () => NOW,
      port: 0,
      secret: 'hunter2',
    });
    await kernel.start();
  });
  afterEach(() => kernel.stop());

  it('is of the instant at which it fetched the provider', async () => {
    const ways = { origin: 'kernel', secret: 'hunter2', provider: 'airport-b' } as const;
    expect(await read(`${kernel.origin()}/`, ways)).toMatchObject({
      known: true,
      reading: {
        at: NOW - 600_000,
        upload: 123_456_789,
        download: 9_876_543_210,
        quota: 100 * GB,
        expiry: 1_798_732_800,
      },
    });
  });

  it.each([
    [{ secret: 'wrong', provider: 'airport-b' }, { code: 'kernel_secret' }],
    [{ provider: 'airport-b' }, { code: 'kernel_secret' }],
    [
      { secret: 'hunter2', provider: 'airport-z' },
      { code: 'kernel_provider', detail: 'airport-z' },
    ],
    [
      { secret: 'hunter2', provider: 'default' },
      { code: 'kernel_figures', detail: 'default' },
    ],
  ])('says what is missing: %j', async (ways, expected) => {
    const outcome = await read(kernel.origin(), { origin: 'kernel', ...ways });
    expect(reasonOf(outcome)).toMatchObject(expected);
    expect(JSON.stringify(outcome)).not.toContain('hunter2');
  });

  it('says when the kernel is down', async () => {
    await kernel.die();
    expect(reasonOf(await read(kernel.origin(), { origin: 'kernel' }))).toMatchObject({ code: 'fetch_refused' });
  });
});

describe('a kernel that answers something else', () => {
  let server: Server;
  let body = '';
  beforeEach(async () => {
    server = createServer((_, response) => response.end(body));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));
  const told = (info: object, updatedAt = '2026-11-24T11:00:00.5+08:00') =>
    JSON.stringify({ providers: { a: { updatedAt, subscriptionInfo: info } } });

  it.each([
    ['no JSON', '404 page not found', { code: 'json_invalid' }],
    ['no providers', '{}', { code: 'json_without', detail: 'providers' }],
    [
      'text for a figure',
      told({ Upload: 'x' }),
      { code: 'json_without', detail: 'providers.a.subscriptionInfo.Upload' },
    ],
    ['zeros, as some builds do', told({ Upload: 0, Download: 0, Total: 0, Expire: 0 }), { code: 'header_all_zero' }],
    ['a negative figure', told({ Upload: -1, Download: 2, Total: 3, Expire: 0 }), { code: 'figure_negative' }],
    ['nothing', told({}), { code: 'header_empty' }],
  ])('is told by its reason: %s', async (_, answer, expected) => {
    body = answer;
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(reasonOf(await read(address, { origin: 'kernel', provider: 'a' }))).toMatchObject(expected);
  });

  it('is read with its own time zone, and never with an instant that has not come', async () => {
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const info = { Upload: 1, Download: 2, Total: 10, Expire: 0 };
    for (const [updatedAt, at] of [
      ['2026-11-24T19:00:00.123456789+08:00', NOW - 3_600_000 + 123],
      ['2026-11-25T19:00:00Z', NOW],
      ['0001-01-01T00:00:00Z', NOW],
      ['soon', NOW],
    ] as const) {
      body = told(info, updatedAt);
      expect(await read(address, { origin: 'kernel', provider: 'a' })).toMatchObject({ reading: { at, used: 3 } });
    }
  });
});
