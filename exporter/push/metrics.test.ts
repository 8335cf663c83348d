import { describe, expect, it } from 'vitest';
import { renderExposition } from '../../core/exposition.ts';
import { parseExposition } from '../../core/exposition-parser.ts';
import { DIMENSIONS, metricSpec } from '../../core/metric-contract.ts';
import { OBJECT_NAMES } from '../../test/object-names.ts';
import type { CheckSeries, InterfaceSeries } from '../ledger/side-counters.ts';
import type { LedgerCounters } from '../ledger/state.ts';
import { decodeReadBack } from './gateway-client.ts';
import { type DeviceMoment, newProcessCounters, renderMetrics } from './metrics.ts';

const node = 'a"\\\n节点 [0.5x] | {b="c"}';
const counters: LedgerCounters = {
  traffic: [
    { class: 'proxy', node, provider: '', direction: 'download', accounting: 'measured', bytes: 2 ** 53 - 1 },
    { class: 'direct', node: 'DIRECT', provider: '', direction: 'upload', accounting: 'settled', bytes: 7 },
  ],
  families: {
    group: [{ key: '自动', class: 'proxy', direction: 'download', bytes: 10 }],
    rule: [],
    process: [{ key: 'none', class: 'direct', direction: 'upload', bytes: 7 }],
    source: [],
    host: [{ key: '', class: 'direct', direction: 'upload', bytes: 7 }],
    inbound_user: [],
  },
  uncounted: [{ node, provider: 'p', direction: 'upload', bytes: 3 }],
  kernel: { upload: 12, download: 2 ** 53 - 1 },
  raw: { upload: 1, download: 5 },
  carry: { upload: 5, download: -9 },
  restarts: 2,
  lost: 77,
  connections: 4,
  memory: 1024,
};
const interfaces: InterfaceSeries[] = [{ interface: '以太网 2', role: 'uplink', direction: 'upload', bytes: 99 }];
const checks: CheckSeries[] = [{ node, provider: 'p', checks: 12 }];
const moment: DeviceMoment = {
  counters,
  interfaces,
  checks,
  kernelUp: true,
  kernelVersion: 'v1.19.2',
  logsUp: false,
  reload: { successful: true, succeededAt: 0 },
};

describe('the metrics of the exporter', () => {
  it('hold to the contract', async () => {
    for (const { name, type, help, samples } of parseExposition(renderMetrics(moment, newProcessCounters(0)))) {
      const spec = metricSpec(name);
      expect(spec).toMatchObject({ name, type, help, owner: 'exporter' });
      for (const { labels } of samples) {
        expect(spec?.labels).toEqual(expect.arrayContaining([...labels.keys()].filter((label) => label !== 'le')));
      }
    }
  });

  it('are written as the gateway writes what it has read', () => {
    const text = renderMetrics(moment, newProcessCounters(0));
    expect(renderExposition(parseExposition(text))).toBe(text);
  });

  it('give the ledger back, to the byte, whatever nodes are called', async () => {
    const text = renderMetrics(moment, newProcessCounters(0));
    const { connections: _, memory: __, ...pushed } = counters;
    expect(decodeReadBack(text, 'abc 7')).toEqual({
      kind: 'found',
      stateId: 'abc',
      sequence: 7,
      counters: pushed,
      interfaces,
      checks,
    });
  });

  it.each(OBJECT_NAMES)('give back the bytes of a node, provider, group, process and host called %s', async (name) => {
    const series = [{ key: name, class: 'proxy', direction: 'download', bytes: 5 }] as const;
    const { connections, memory, ...pushed } = {
      ...counters,
      traffic: counters.traffic.map((each) => ({ ...each, node: name, provider: name })),
      families: { group: series, rule: series, process: series, source: series, host: series, inbound_user: series },
      uncounted: [],
    };
    const text = renderMetrics({ ...moment, counters: { ...pushed, connections, memory } }, newProcessCounters(0));
    expect(decodeReadBack(text, 'abc 7')).toMatchObject({ kind: 'found', counters: pushed });
  });

  it('hold what is true now, not what was', () => {
    renderMetrics(moment, newProcessCounters(0));
    const empty = { ...counters, traffic: [], uncounted: [], raw: undefined, families: { ...counters.families } };
    for (const dimension of DIMENSIONS) empty.families[dimension] = [];
    const { checks: _, ...unchecked } = moment;
    const now = { ...unchecked, counters: empty, kernelVersion: undefined, kernelUp: false };
    const text = renderMetrics(now, newProcessCounters(0));
    expect(text).not.toMatch(/^flowcollect_(traffic|group|host|uncounted|health_checks|kernel_raw|kernel_info)\w*\{/m);
    expect(text).toMatch(/^flowcollect_kernel_up 0$/m);
    expect(text).toMatch(/^flowcollect_kernel_restarts_total 2$/m);
  });

  it('hold what the process has counted of its own work, from 0', () => {
    const own = newProcessCounters(5000);
    const before = renderMetrics(moment, own);
    for (const line of ['pushes_total{result="failed"} 0', 'frames_total 0', 'frame_seconds_bucket{le="+Inf"} 0']) {
      expect(before).toContain(`flowcollect_exporter_${line}`);
    }
    Object.assign(own, { frames: 1, frameSeconds: 0.002, unobserved: 1.5 });
    for (const bucket of own.buckets) bucket.frames = bucket.le < 0.002 ? 0 : 1;
    own.pushes.set('failed', 1);
    const text = renderMetrics(moment, own);
    for (const line of [
      'frames_total 1',
      'frame_seconds_bucket{le="0.001"} 0',
      'frame_seconds_bucket{le="0.0025"} 1',
      'frame_seconds_bucket{le="+Inf"} 1',
      'frame_seconds_sum 0.002',
      'unobserved_seconds_total 1.5',
      'pushes_total{result="failed"} 1',
      'start_time_seconds 5',
    ]) {
      expect(text).toContain(`flowcollect_exporter_${line}`);
    }
  });
});
