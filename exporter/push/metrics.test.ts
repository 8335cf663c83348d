import { describe, expect, it } from 'vitest';
import { renderExposition } from '../../core/exposition.ts';
import { parseExposition } from '../../core/exposition-parser.ts';
import { DIMENSIONS, metricSpec } from '../../core/metric-contract.ts';
import { OBJECT_NAMES } from '../../test/object-names.ts';
import type { InterfaceSeries } from '../device/interfaces.ts';
import type { CheckSeries } from '../ledger/health-checks.ts';
import type { LedgerCounters } from '../ledger/state.ts';
import { decodeReadBack } from './gateway-client.ts';
import { createExporterMetrics, type DeviceMoment } from './metrics.ts';

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
    for (const { name, type, help, samples } of parseExposition(createExporterMetrics(0).render(moment))) {
      const spec = metricSpec(name);
      expect(spec).toMatchObject({ name, type, help, owner: 'exporter' });
      for (const { labels } of samples) {
        expect(spec?.labels).toEqual(expect.arrayContaining([...labels.keys()].filter((label) => label !== 'le')));
      }
    }
  });

  it('are written as the gateway writes what it has read', () => {
    const text = createExporterMetrics(0).render(moment);
    expect(renderExposition(parseExposition(text))).toBe(text);
  });

  it('give the ledger back, to the byte, whatever nodes are called', async () => {
    const text = createExporterMetrics(0).render(moment);
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
    const text = createExporterMetrics(0).render({ ...moment, counters: { ...pushed, connections, memory } });
    expect(decodeReadBack(text, 'abc 7')).toMatchObject({ kind: 'found', counters: pushed });
  });

  it('hold what is true now, not what was', async () => {
    const metrics = createExporterMetrics(0);
    await metrics.render(moment);
    const empty = { ...counters, traffic: [], uncounted: [], raw: undefined, families: { ...counters.families } };
    for (const dimension of DIMENSIONS) empty.families[dimension] = [];
    const { checks: _, ...unchecked } = moment;
    const text = await metrics.render({ ...unchecked, counters: empty, kernelVersion: undefined, kernelUp: false });
    expect(text).not.toMatch(/^flowcollect_(traffic|group|host|uncounted|health_checks|kernel_raw|kernel_info)\w*\{/m);
    expect(text).toMatch(/^flowcollect_kernel_up 0$/m);
    expect(text).toMatch(/^flowcollect_kernel_restarts_total 2$/m);
  });

  it('are all of one instant, also while they are rendered twice at once', async () => {
    const metrics = createExporterMetrics(0);
    const first = metrics.render(moment);
    const second = metrics.render({ ...moment, counters: { ...counters, restarts: 3, traffic: [] } });
    expect(await first).toContain('kernel_restarts_total 2');
    expect(await first).toContain('node="DIRECT"');
    expect(await second).toContain('kernel_restarts_total 3');
    expect(await second).not.toContain('node="DIRECT"');
  });

  it('count frames, pushes and the time that nobody looked, from 0', async () => {
    const metrics = createExporterMetrics(5000);
    expect(await metrics.render(moment)).toContain('flowcollect_exporter_pushes_total{result="failed"} 0');
    metrics.frame(0.002);
    metrics.unobserved(1.5);
    metrics.push('failed');
    const text = await metrics.render(moment);
    expect(text).toContain('flowcollect_exporter_frames_total 1');
    expect(text).toContain('flowcollect_exporter_frame_seconds_bucket{le="0.0025"} 1');
    expect(text).toContain('flowcollect_exporter_unobserved_seconds_total 1.5');
    expect(text).toContain('flowcollect_exporter_pushes_total{result="failed"} 1');
    expect(text).toContain('flowcollect_exporter_start_time_seconds 5');
  });
});
