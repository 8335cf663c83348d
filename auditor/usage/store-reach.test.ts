import { expect, it } from 'vitest';
import { KERNEL_BYTES } from '../../core/metric-contract.ts';
import { createPrometheus } from '../../runtime/prometheus.ts';
import { type ScriptedSeries, scriptedPrometheus } from '../../test/scripted-prometheus.ts';
import { createExactSums } from './exact-sums.ts';
import { storeReach } from './stored-series.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = Date.parse('2026-11-19T12:00:00+08:00');

const scrapesOf = (job: string, instance: string, until: number): ScriptedSeries => ({
  metric: 'up',
  labels: { job, instance },
  valueAt: (at) => (at > until ? undefined : 1),
});
const reachOf = (...series: ScriptedSeries[]): Promise<number> =>
  storeReach(createPrometheus({ addresses: () => ['http://127.0.0.1:9090'], fetch: scriptedPrometheus(series) }), NOW);

it('is as far as the Pushgateway whose scrapes came least far', async () => {
  const scraped = [scrapesOf('pushgateway', 'a', NOW - MINUTE), scrapesOf('pushgateway', 'b', NOW - 9 * MINUTE)];
  expect(await reachOf(...scraped, scrapesOf('auditor', 'c', NOW))).toBe(NOW - 9 * MINUTE);
});

it('is no further than a device whose counters came less far than the scrapes', async () => {
  const totals = (instance: string, until: number): ScriptedSeries => ({
    metric: KERNEL_BYTES,
    labels: { job: 'flowcollect', user: 'default', instance, direction: 'download' },
    valueAt: (at) => (at > until ? undefined : 1),
  });
  const scraped = scrapesOf('pushgateway', 'a', NOW);
  expect(await reachOf(scraped, totals('phone', NOW), totals('laptop', NOW - 2 * MINUTE))).toBe(NOW - 2 * MINUTE);
});

it('is as far as the copy that came furthest, of each series', async () => {
  const copy = (replica: string, until: number): ScriptedSeries => {
    const { labels, ...rest } = scrapesOf('pushgateway', 'a', until);
    return { ...rest, labels: { ...labels, replica } };
  };
  expect(await reachOf(copy('1', NOW - MINUTE), copy('2', NOW - 9 * MINUTE))).toBe(NOW - MINUTE);
});

it('leaves out a Pushgateway that has not been scraped for an hour, while another is', async () => {
  const scraped = [scrapesOf('pushgateway', 'old', NOW - 2 * HOUR), scrapesOf('pushgateway', 'new', NOW - MINUTE)];
  expect(await reachOf(...scraped)).toBe(NOW - MINUTE);
});

it('is where all scrapes ended, where a store is behind by hours', async () => {
  const scraped = [scrapesOf('pushgateway', 'a', NOW - 3 * HOUR), scrapesOf('auditor', 'b', NOW - 3 * HOUR)];
  expect(await reachOf(...scraped)).toBe(NOW - 3 * HOUR);
});

it('is a day ago at most, where a store has been behind for days', async () => {
  expect(await reachOf(scrapesOf('pushgateway', 'a', NOW - 50 * HOUR))).toBe(NOW - 24 * HOUR);
});

it('does not hold pushes that go straight to a store to scrapes of something that is gone', async () => {
  expect(await reachOf(scrapesOf('pushgateway', 'a', NOW - 3 * HOUR), scrapesOf('gateway', 'b', NOW))).toBe(NOW);
  expect(await reachOf()).toBe(Number.POSITIVE_INFINITY);
});

it('keeps no start of a window that the store had not reached', async () => {
  let stored = NOW - MINUTE;
  let now = NOW + 20_000;
  const counted: ScriptedSeries = { metric: 'x_total', labels: { node: 'HK' }, valueAt: (at) => at - NOW + HOUR };
  const fetch: typeof globalThis.fetch = (...asked) =>
    scriptedPrometheus(
      [scrapesOf('pushgateway', 'a', stored), counted].map((series) => ({
        ...series,
        valueAt: (at) => (at > stored ? undefined : series.valueAt(at)),
      })),
    )(...asked);
  const sums = createExactSums(createPrometheus({ addresses: () => ['http://127.0.0.1:9090'], fetch }), () => now);
  const bytes = async () => (await sums.between({ metric: 'x_total' }, NOW, now)).map(({ bytes }) => bytes);
  expect(await bytes()).toEqual([0]);
  [stored, now] = [NOW + HOUR, NOW + 10 * MINUTE];
  expect(await bytes()).toEqual([10 * MINUTE]);
});

it('takes all of a sum from one store: how far one is says nothing of what another has', async () => {
  let fallbackHas = NOW - 3 * HOUR;
  const counted = (until: number): ScriptedSeries => ({
    metric: 'x_total',
    labels: { node: 'HK' },
    valueAt: (at) => (at > until ? undefined : at - NOW + 10 * HOUR),
  });
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const isFallback = String(input).includes('fallback');
    const until = isFallback ? fallbackHas : NOW;
    const query = new URLSearchParams(String(init?.body)).get('query') ?? '';
    if (!isFallback && query.includes('x_total'))
      return Response.json({ status: 'error', errorType: 'execution', error: 'too many samples' }, { status: 422 });
    return scriptedPrometheus([scrapesOf('pushgateway', 'a', until), counted(until)])(input, init);
  };
  const stores = createPrometheus({ addresses: () => ['http://first', 'http://fallback'], fetch });
  const between = async () =>
    (await createExactSums(stores, () => NOW).between({ metric: 'x_total' }, NOW - 5 * HOUR, NOW)).map(
      ({ bytes }) => bytes,
    );
  await expect(between()).rejects.toMatchObject({ reason: { code: 'prometheus_refused' } });
  fallbackHas = NOW;
  expect(await between()).toEqual([5 * HOUR]);
});
