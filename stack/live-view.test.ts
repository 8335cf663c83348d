import { describe, expect, it } from 'vitest';
import { readTraffic, trafficLine, trafficTable } from './live-view.ts';
import { stackMessages } from './texts.ts';

const metrics = (proxy: number, up = 1): string =>
  [
    '# TYPE flowcollect_traffic_bytes_total counter',
    `flowcollect_traffic_bytes_total{class="proxy",node="香港 01 | x2",direction="download"} ${proxy}`,
    'flowcollect_traffic_bytes_total{class="direct",node="DIRECT",direction="download"} 1024',
    '# TYPE flowcollect_kernel_up gauge',
    `flowcollect_kernel_up ${up}`,
    '# TYPE flowcollect_kernel_connections gauge',
    'flowcollect_kernel_connections 17',
    '# TYPE flowcollect_exporter_pushes_total counter',
    'flowcollect_exporter_pushes_total{result="accepted"} 3',
    'flowcollect_exporter_pushes_total{result="refused"} 1',
    '',
  ].join('\n');

const before = readTraffic(metrics(1024), 1000);
const now = readTraffic(metrics(3 * 1024), 3000);

describe('the live table', () => {
  it('shows totals and rates by class, the busiest nodes, and the state of pushes', () => {
    expect(trafficTable(now, before, stackMessages('en'))).toEqual([
      '                     total          rate',
      'proxy             3.00 KiB    1.00 KiB/s',
      'direct            1.00 KiB         0 B/s',
      'all               4.00 KiB    1.00 KiB/s',
      'nodes  香港 01 | x2 3.00 KiB · DIRECT 1.00 KiB',
      '17 connections · 3 pushes, 1 failed',
    ]);
  });

  it('keeps columns aligned in Chinese', () => {
    expect(trafficTable(now, before, stackMessages('zh')).slice(1, 3)).toEqual([
      '代理              3.00 KiB    1.00 KiB/s',
      '直连              1.00 KiB         0 B/s',
    ]);
  });

  it('fits one line where there is no terminal, and says when the kernel is gone', () => {
    expect(trafficLine(readTraffic(metrics(1024, 0), 0), stackMessages('en'))).toBe(
      'proxy 1.00 KiB · direct 1.00 KiB · all 2.00 KiB · the kernel does not answer · 3 pushes, 1 failed',
    );
  });
});
