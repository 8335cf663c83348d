import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createExactSums } from '../auditor/usage/exact-sums.ts';
import { TRAFFIC_BYTES } from '../core/metric-contract.ts';
import { MINUTE_EXPR } from '../prometheus/recording.ts';
import { createPrometheus, type Stores } from '../runtime/prometheus.ts';
import { CASES, DAY, exactCases, HOUR, T0, T1 } from './exact-cases.ts';
import { createRealParts, freePort, type RealParts } from './real-parts.ts';
import { importHistory, startVictoriaMetrics } from './victoria-metrics.ts';

let parts: RealParts;
let store: Stores;
let victoriaMetrics: string;
let prometheus: string;

beforeAll(async () => {
  parts = await createRealParts();
  const history = join(parts.folder, 'history.txt');
  await writeFile(history, exactCases());
  const port = await freePort();
  await startVictoriaMetrics(parts, 'victoria-metrics', port);
  victoriaMetrics = `http://127.0.0.1:${port}`;
  await importHistory(victoriaMetrics, history);
  const blocks = ['tsdb', 'create-blocks-from', 'openmetrics', history, join(parts.folder, 'prometheus', 'tsdb')];
  await promisify(execFile)(parts.binaries.promtool, blocks);
  prometheus = await parts.startPrometheus();
  store = createPrometheus({ addresses: () => [victoriaMetrics], fetch });
});
afterAll(() => parts.close());

const truth = CASES.map(({ name, truth: bytes }) => [name, bytes]);
const bytesOf = (sums: Map<string, number>) => CASES.map(({ name }) => [name, sums.get(name) ?? 0]);

async function sumsBetween(from: number, to: number): Promise<Map<string, number>> {
  const sums = await createExactSums(store, () => T1 + DAY).between({ metric: TRAFFIC_BYTES }, from, to);
  return new Map(sums.map(({ labels, bytes }) => [labels.node ?? '', bytes]));
}

describe('the sum of one day in VictoriaMetrics', () => {
  it('is the truth to the byte', async () => {
    expect(bytesOf(await sumsBetween(T0, T1))).toEqual(truth);
  });

  it('adds up from windows that touch, wherever they are cut', async () => {
    const cuts = [T0, T0 + 420_000, T0 + HOUR + 1, T0 + 5 * HOUR + 300_000, T0 + DAY / 2 + 7, T1 - HOUR, T1];
    const total = new Map<string, number>();
    for (const [index, to] of cuts.entries()) {
      const from = cuts[index - 1];
      if (from === undefined) continue;
      for (const [name, bytes] of await sumsBetween(from, to)) total.set(name, (total.get(name) ?? 0) + bytes);
    }
    expect(bytesOf(total)).toEqual(truth);
  });
});

it('adds up minute by minute as the rules do, to what Prometheus makes of it', async () => {
  const minutes = async (origin: string): Promise<Record<string, number>> => {
    const form = {
      query: MINUTE_EXPR,
      start: String((T0 + 60_000) / 1000),
      end: String((T0 + 8 * HOUR) / 1000),
      step: '60',
    };
    const response = await fetch(`${origin}/api/v1/query_range`, { method: 'POST', body: new URLSearchParams(form) });
    const { data } = (await response.json()) as {
      data: { result: { metric: { node: string }; values: [number, string][] }[] };
    };
    return Object.fromEntries(
      data.result.map(({ metric, values }) => [metric.node, values.reduce((sum, [, value]) => sum + Number(value), 0)]),
    );
  };
  expect(await minutes(victoriaMetrics)).toEqual(await minutes(prometheus));
});
