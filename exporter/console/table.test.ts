import { describe, expect, it } from 'vitest';
import { displayWidth } from '../../core/display-width.ts';
import { createLedger, type LedgerCounters } from '../ledger/ledger.ts';
import type { DeviceView } from '../watch.ts';
import { createRateMeter } from './summary.ts';
import { renderLine, renderTable } from './table.ts';

const counters = (proxy: number, direct: number): LedgerCounters => ({
  ...createLedger({ localNodes: [], familyCap: 0 }).counters(),
  traffic: [
    { class: 'direct', node: 'DIRECT', provider: '', direction: 'upload', accounting: 'settled', bytes: direct },
    {
      class: 'proxy',
      node: '🇭🇰 香港 01 | x2',
      provider: '',
      direction: 'download',
      accounting: 'measured',
      bytes: proxy,
    },
  ],
  connections: 17,
});

const view = (changes: Partial<DeviceView> = {}): DeviceView => ({
  deviceId: '客厅',
  kernelAddress: 'http://127.0.0.1:9097',
  link: { kind: 'up', version: 'v1.19.2', via: 'websocket' },
  logsUp: true,
  counters: counters(0, 0),
  gateway: 'https://vps.example',
  push: { kind: 'accepted', at: 3000, sequence: 5 },
  ...changes,
});

const MB = 1024 * 1024;

function summary() {
  const meter = createRateMeter();
  meter.read(0, counters(MB, 1024));
  return meter.read(2000, counters(3 * MB, 1024));
}

describe('the table', () => {
  it('shows classes, nodes, rates and totals, and the last push', () => {
    expect(renderTable(view(), summary(), 'en', 7000)).toEqual([
      'FlowCollect · 客厅 · kernel v1.19.2 (WebSocket)',
      '                                up/s        down/s            up          down',
      'proxy                          0 B/s     1.00 MB/s           0 B       3.00 MB',
      'direct                         0 B/s         0 B/s       1.00 KB           0 B',
      'all                            0 B/s     1.00 MB/s       1.00 KB       3.00 MB',
      'node                            up/s        down/s            up          down',
      '🇭🇰 香港 01 | x2                0 B/s     1.00 MB/s           0 B       3.00 MB',
      'DIRECT                         0 B/s         0 B/s       1.00 KB           0 B',
      'connections 17 · settled 0.0 %',
      'push: accepted 4 s ago',
    ]);
  });

  it('keeps its columns in Chinese', () => {
    const lines = renderTable(view(), summary(), 'zh', 7000);
    expect(lines[2]).toBe('代理                           0 B/s     1.00 MB/s           0 B       3.00 MB');
    expect(new Set(lines.slice(1, -2).map(displayWidth)).size).toBe(1);
    expect(lines.at(-1)).toBe('上报: 成功，4 秒前');
  });

  it('says what is wrong with the kernel and with pushing, and how to mend it', () => {
    const lines = renderTable(
      view({
        link: { kind: 'down', problem: { kind: 'wrong_secret' } },
        push: { kind: 'failing', problem: { kind: 'unreachable', code: 'ECONNREFUSED' }, lastAccepted: undefined },
      }),
      summary(),
      'zh',
      7000,
    ).join('\n');
    expect(lines).toContain('请把 MihomoSecret 改成内核配置里的 secret');
    expect(lines).toContain('网关 https://vps.example 无法连接（ECONNREFUSED）');
    expect(lines).toContain('从未成功');
  });

  it('fits one line where there is no terminal', () => {
    expect(renderLine(view({ logsUp: false }), summary(), 'en', 7000)).toBe(
      '客厅 · up 0 B/s down 1.00 MB/s · proxy 3.00 MB · direct 1.00 KB · all 3.00 MB · kernel v1.19.2 (WebSocket) · push: accepted 4 s ago',
    );
  });
});

describe('rates', () => {
  it('begin at 0, look back five seconds, and begin anew when counters fall', () => {
    const meter = createRateMeter();
    expect(meter.read(0, counters(5000, 0)).all.rate.download).toBe(0);
    expect(meter.read(1000, counters(6000, 0)).all.rate.download).toBe(1000);
    expect(meter.read(9000, counters(6000, 0)).all.rate.download).toBe(0);
    expect(meter.read(10_000, counters(9000, 0)).all.rate.download).toBe(3000);
    expect(meter.read(11_000, counters(10, 0)).all.rate.download).toBe(0);
    expect(meter.read(12_000, counters(30, 0)).all.rate.download).toBe(20);
  });
});
