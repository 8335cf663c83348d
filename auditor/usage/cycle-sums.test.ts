import { expect, it } from 'vitest';
import { createPrometheus } from '../../runtime/prometheus.ts';
import { scriptedPrometheus } from '../../test/scripted-prometheus.ts';
import { amendmentsOf, NO_AMENDMENTS } from '../amend/amendments.ts';
import { readAuditorConfig } from '../config.ts';
import { createExactSums } from './exact-sums.ts';
import { cycleSums } from './window-use.ts';

const BEGAN = Date.parse('2026-11-01T00:00:00Z');
const NOW = BEGAN + 3_600_000;

it('gives a node to the airport that a person moved it to', async () => {
  const node = (name: string, provider: string, bytes: number) => ({
    metric: 'flowcollect_traffic_bytes_total',
    labels: { job: 'flowcollect', user: 'default', instance: 'phone', class: 'proxy', node: name, provider },
    valueAt: (at: number) => (at <= BEGAN ? 0 : bytes),
  });
  const fetch = scriptedPrometheus([node('HK', 'a', 7), node('JP', 'b', 11), node('US', '', 13)]);
  const sums = createExactSums(createPrometheus({ addresses: () => ['http://127.0.0.1:9090'], fetch }), () => NOW);
  const text = '[server]\nSubUrls = ["a"]="https://a.example", ["b"]="https://b.example"';
  const { settings } = readAuditorConfig('ServerSetting.ini', text, '/');
  const cycle = { start: BEGAN };
  const remembered = new Map([
    ['a', { cycle }],
    ['b', { cycle }],
  ]);
  const sumsOf = async (amendments: typeof NO_AMENDMENTS) =>
    (await cycleSums(sums, settings, remembered, amendments, NOW)).map(({ labels, bytes }) => [
      labels.airport,
      labels.node,
      bytes,
    ]);
  expect(await sumsOf(NO_AMENDMENTS)).toEqual([
    ['a', 'HK', 7],
    ['b', 'JP', 11],
  ]);
  const moved = amendmentsOf([
    { kind: 'node', node: 'JP', airport: 'a' },
    { kind: 'node', node: 'US', airport: 'b' },
  ]);
  expect(await sumsOf(moved)).toEqual([
    ['a', 'HK', 7],
    ['a', 'JP', 11],
    ['b', 'US', 13],
  ]);
});
