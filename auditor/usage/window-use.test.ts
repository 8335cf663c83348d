import { expect, it } from 'vitest';
import { createPrometheus } from '../../runtime/prometheus.ts';
import { type ScriptedSeries, scriptedPrometheus } from '../../test/scripted-prometheus.ts';
import { readAuditorConfig } from '../config.ts';
import { TAIL_MINUTES } from '../verdict/use.ts';
import { createExactSums } from './exact-sums.ts';
import { createUsageReader } from './window-use.ts';

const HOUR = 3_600_000;
const FROM = Date.parse('2026-11-20T00:00:00Z');
const TO = FROM + 24 * HOUR;
const { prometheus: addresses } = readAuditorConfig('ServerSetting.ini', '[server]', '/').settings;

/** A counter of a device that moves so much in the window, and as much before it. */
const counter = (metric: string, labels: Record<string, string>, moves: number, instance = '手机'): ScriptedSeries => ({
  metric,
  labels: { job: 'flowcollect', user: 'default', instance, ...labels },
  valueAt: (at) => Math.floor(moves * (1 + (at - FROM) / (TO - FROM))),
});
const traffic = (labels: Record<string, string>, moves: number): ScriptedSeries =>
  counter('flowcollect_traffic_bytes_total', { direction: 'download', accounting: 'measured', ...labels }, moves);
const checks = (node: string, moves: number, instance?: string): ScriptedSeries =>
  counter('flowcollect_health_checks_total', { node, provider: 'a' }, moves, instance);
const lost = (instance: string, valueAt: (at: number) => number): ScriptedSeries => ({
  ...counter('flowcollect_exporter_lost_bytes_total', {}, 0, instance),
  valueAt,
});

function reader(...series: ScriptedSeries[]) {
  const prometheus = createPrometheus({ addresses: () => addresses, fetch: scriptedPrometheus(series) });
  return createUsageReader(
    prometheus,
    createExactSums(prometheus, () => TO + HOUR),
  );
}

it('tells what each node moved in the last minutes, over all devices, where it still counts up', async () => {
  const { tails } = await reader(
    traffic({ class: 'proxy', node: 'HK', provider: 'a' }, 24 * 60 * 1000),
    {
      ...traffic({ class: 'proxy', node: 'HK', provider: 'a' }, 24 * 60 * 500),
      labels: { ...traffic({ class: 'proxy', node: 'HK', provider: 'a' }, 0).labels, instance: '电脑' },
    },
    traffic({ class: 'direct', node: 'DIRECT', provider: '' }, 24 * 60 * 7000),
    {
      ...traffic({ class: 'proxy', node: 'JP', provider: 'a' }, 0),
      valueAt: (at) => (at > TO - 30 * 60_000 ? 5 : 900),
    },
  ).window('default', FROM, TO);
  const moved = (node: string): number[] => tails.map((tail) => tail.find((each) => each.node === node)?.bytes ?? 0);
  expect(moved('HK')).toEqual(TAIL_MINUTES.map((minutes) => minutes * 1500));
  expect(moved('DIRECT')).toEqual(TAIL_MINUTES.map(() => 0));
  expect(moved('JP')).toEqual(TAIL_MINUTES.map(() => 0));
});

it('tells bytes, hops and health checks of each node, also of nodes that were only checked', async () => {
  const { proxyNodes } = await reader(
    traffic({ class: 'proxy', node: 'HK', provider: 'a' }, 5000),
    traffic({ class: 'direct', node: 'DIRECT', provider: '' }, 700),
    counter('flowcollect_uncounted_bytes_total', { node: 'HK', provider: 'a', direction: 'upload' }, 40),
    counter('flowcollect_uncounted_bytes_total', { node: 'DIRECT', provider: '', direction: 'upload' }, 9),
    checks('HK', 288),
    checks('HK', 144, '电脑'),
    checks('JP', 288),
  ).window('default', FROM, TO);
  expect(proxyNodes).toEqual([
    { node: 'HK', provider: 'a', bytes: 5000, uncounted: 40, checks: 432 },
    { node: 'JP', provider: 'a', bytes: 0, uncounted: 0, checks: 288 },
  ]);
});

it('tells what devices lost sight of in the window, and not before it', async () => {
  const usage = reader(
    lost('手机', (at) => (at < FROM + HOUR ? 1000 : 51_000)),
    lost('电脑', () => 7_000_000),
    lost('新', (at) => (at < TO - HOUR ? 0 : 300)),
  );
  expect((await usage.window('default', FROM, TO)).lost).toBe(50_300);
  expect((await usage.window('default', FROM - 2 * HOUR, FROM)).lost).toBe(0);
});

it('tells neither where devices count neither', async () => {
  const old = await reader(traffic({ class: 'proxy', node: 'HK', provider: 'a' }, 5000)).window('default', FROM, TO);
  expect(old.lost).toBe(0);
  expect(old.proxyNodes).toEqual([{ node: 'HK', provider: 'a', bytes: 5000, uncounted: 0, checks: 0 }]);
});
