import { createExactSums } from '../auditor/usage/exact-sums.ts';
import { createUsageReader } from '../auditor/usage/window-use.ts';
import { createPrometheus } from '../runtime/prometheus.ts';
import { createRealParts } from '../test/real-parts.ts';
import type { BenchContext } from './bench.ts';
import type { Section } from './table.ts';

const HOUR = 3_600_000;
const MIB = 2 ** 20;
/** The audited day; any past one. */
const FROM = Date.parse('2026-11-22T15:55:00Z');
const TO = FROM + 24 * HOUR;
/** Samples that look-ups meet: before either end and the minutes that lag concerns, and some in between. */
const SAMPLED = [FROM - 4 * HOUR, FROM - 240_000, FROM - 30_000, FROM + 8 * HOUR, TO - 240_000, TO - 30_000];

/** What the audit of a big household costs besides the PromQL that it asks. */
export async function* auditCost({ quick }: BenchContext): AsyncGenerator<Section> {
  const devices = quick ? 100 : 1000;
  const parts = await createRealParts();
  try {
    await parts.writeHistory(history(devices), 2);
    yield await measure(await parts.startPrometheus(), devices);
  } finally {
    await parts.close();
  }
}

async function measure(origin: string, devices: number): Promise<Section> {
  const asked: { readonly url: string; readonly body: string }[] = [];
  const recording: typeof fetch = (input, init) => {
    asked.push({ url: String(input), body: String(init?.body) });
    return fetch(input, init);
  };
  const prometheus = createPrometheus({ addresses: () => [origin], fetch: recording });
  const before = process.memoryUsage().rss;
  // The first round warms Prometheus' caches for both.
  let audit = 0;
  for (let round = 0; round < 2; round += 1) {
    asked.length = 0;
    const started = performance.now();
    const usage = createUsageReader(prometheus, createExactSums(prometheus, Date.now));
    const { proxyNodes } = await usage.window('default', FROM, TO);
    audit = performance.now() - started;
    if (proxyNodes.length === 0) throw new Error('the audit saw none of the history');
  }
  const grown = (process.memoryUsage().rss - before) / MIB;
  const started = performance.now();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  for (const { url, body } of asked) await (await fetch(url, { method: 'POST', body, headers })).arrayBuffer();
  const direct = performance.now() - started;
  return {
    title: `An audit over ${devices} devices and ${devices * 100} series`,
    method:
      'The use of one day, node by node, from a real Prometheus with its default limits, and the same queries asked again with their answers thrown away.',
    columns: ['audit', 'its PromQL alone', 'ratio', 'queries', 'memory'],
    rows: [
      [
        { value: audit / 1000, unit: 's', digits: 2 },
        { value: direct / 1000, unit: 's', digits: 2 },
        { value: audit / direct, unit: '×', digits: 2, atMost: 1.5 },
        String(asked.length),
        { value: grown, unit: 'MiB', digits: 0 },
      ],
    ],
  };
}

function* history(devices: number): Generator<string> {
  yield '# TYPE flowcollect_traffic_bytes counter\n';
  for (let device = 0; device < devices; device += 1) {
    let lines = '';
    for (let node = 0; node < 50; node += 1) {
      for (const direction of ['upload', 'download']) {
        const labels = `job="flowcollect",user="default",instance="device ${device}",class="proxy",node="node ${node}",provider="a",direction="${direction}",accounting="measured"`;
        for (const at of SAMPLED) {
          const value = Math.round((at - FROM + 8 * HOUR) / 10) + device;
          lines += `flowcollect_traffic_bytes_total{${labels}} ${value} ${at / 1000}\n`;
        }
      }
    }
    yield lines;
  }
  yield '# TYPE flowcollect_kernel_bytes counter\n';
  for (let device = 0; device < devices; device += 1) {
    const labels = `job="flowcollect",user="default",instance="device ${device}",direction="download"`;
    for (const at of SAMPLED) yield `flowcollect_kernel_bytes_total{${labels}} ${at - FROM + 8 * HOUR} ${at / 1000}\n`;
  }
  yield '# EOF\n';
}
