import { describe, expect, it } from 'vitest';
import { displayWidth } from '../../core/units.ts';
import type { TodayView } from '../device/today.ts';
import { domainOf } from '../host/node-domains.ts';
import { createLedger } from '../ledger/ledger.ts';
import type { LedgerCounters } from '../ledger/state.ts';
import { createRateMeter, type DeviceView } from './summary.ts';
import { renderLine, renderTable, type ShownDevice, type Size } from './table.ts';

const counters = (proxy: number, direct: number): LedgerCounters => ({
  ...createLedger({ localNodes: [], domainOf, familyCap: 0 }).counters(),
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

const MB = 1024 * 1024;
const today: TodayView = {
  since: 0,
  whole: true,
  cells: [{ class: 'proxy', node: '🇭🇰 香港 01 | x2', upload: 0, download: 2 * MB }],
};

function shown(changes: Partial<DeviceView> = {}): ShownDevice {
  const meter = createRateMeter();
  meter(0, { counters: counters(MB, 1024), today, lastFrameAt: 0 });
  const view: DeviceView = {
    deviceId: '客厅',
    kernelAddress: 'http://127.0.0.1:9097',
    link: { kind: 'up', version: 'v1.19.2', via: 'websocket' },
    logsUp: true,
    lastFrameAt: 2000,
    counters: counters(3 * MB, 1024),
    interfaces: { tunRatio: undefined, beyondKernel: undefined },
    today,
    gateway: { RemoteServer: 'https://vps.example', section: 'client' },
    push: { kind: 'accepted', at: 3000, sequence: 5 },
    ...changes,
  };
  return { view, summary: meter(2000, view) };
}

const size = (columns: number, rows = 50): Size => ({ columns, rows });
const english = { language: 'en', zone: 'Asia/Shanghai', now: 7000 } as const;
const chinese = { ...english, language: 'zh' } as const;
const wrong = { kind: 'down', problem: { kind: 'wrong_secret' } } as const;
const failing = {
  kind: 'failing',
  problem: { kind: 'unreachable', code: 'ECONNREFUSED' },
  lastAccepted: undefined,
} as const;

describe('the table', () => {
  it('shows classes, nodes, rates, today and totals, and the last push', () => {
    expect(renderTable([shown()], english, size(80))).toEqual([
      'FlowCollect · 客厅 · kernel v1.19.2 (WebSocket)',
      '                                up/s        down/s         today         total',
      'proxy                          0 B/s    1.00 MiB/s      2.00 MiB      3.00 MiB',
      'direct                         0 B/s         0 B/s           0 B      1.00 KiB',
      'all                            0 B/s    1.00 MiB/s      2.00 MiB      3.00 MiB',
      'node                            up/s        down/s         today         total',
      '🇭🇰 香港 01 | x2                0 B/s    1.00 MiB/s      2.00 MiB      3.00 MiB',
      'DIRECT                         0 B/s         0 B/s           0 B      1.00 KiB',
      'connections 17 · settled 0.0 %',
      'push: accepted 4 s ago',
    ]);
  });

  it('tells both directions apart where the terminal is wide', () => {
    const lines = renderTable([shown()], english, size(120));
    expect(lines.slice(1, 3)).toEqual([
      '                                up/s        down/s      today up    today down      total up    total down',
      'proxy                          0 B/s    1.00 MiB/s           0 B      2.00 MiB           0 B      3.00 MiB',
    ]);
  });

  it('shows what counts most where the terminal is narrow, and never more than fits', () => {
    expect(renderTable([shown()], english, size(60)).slice(1, 3)).toEqual([
      '                           rate         today         total',
      'proxy                1.00 MiB/s      2.00 MiB      3.00 MiB',
    ]);
    expect(renderTable([shown()], chinese, size(40)).slice(2, 8)).toEqual([
      '                     今日          累计',
      '代理             2.00 MiB      3.00 MiB',
      '直连                  0 B      1.00 KiB',
      '合计             2.00 MiB      3.00 MiB',
      '节点                 今日          累计',
      '🇭🇰 香港 01…      2.00 MiB      3.00 MiB',
    ]);
    for (let width = 20; width < 140; width += 1) {
      const rows = renderTable([shown()], chinese, size(width)).slice(0, -2);
      expect(Math.max(...rows.map(displayWidth)), `${width} columns`).toBeLessThan(width);
    }
  });

  it('keeps its columns in Chinese', () => {
    const lines = renderTable([shown()], chinese, size(80));
    expect(lines[2]).toBe('代理                           0 B/s    1.00 MiB/s      2.00 MiB      3.00 MiB');
    expect(new Set(lines.slice(1, -2).map(displayWidth)).size).toBe(1);
    expect(lines.at(-1)).toBe('推送: 成功，4 秒前');
  });

  it('says what is wrong with the kernel and with pushing, and how to fix it, whatever the width', () => {
    const lines = renderTable([shown({ link: wrong, push: failing })], chinese, size(40));
    const text = lines.join('').replaceAll(' ', '');
    expect(text).toContain('请把MihomoSecret改成内核配置里的secret');
    expect(text).toContain('网关https://vps.example无法连接（无人监听，ECONNREFUSED）');
    expect(text).toContain('从未成功');
    expect(Math.max(...[...lines.slice(0, 2), ...lines.slice(-3)].map(displayWidth))).toBeLessThan(80);
  });

  it('says since when pushing fails, in words of its language', () => {
    const lastly = (ago: number, showing: typeof english | typeof chinese): string | undefined =>
      renderTable([shown({ push: { ...failing, lastAccepted: showing.now - ago * 1000 } })], showing, size(300)).at(-1);
    expect(lastly(119, english)).toMatch(/nothing is lost \(last accepted 119 s ago\)$/);
    expect(lastly(7199, chinese)).toMatch(/恢复后补推（上次成功在 119 分钟前）$/);
    expect(lastly(7200, chinese)).toMatch(/（上次成功在 2 小时前）$/);
  });

  it('says what it cannot know: short connections without the log, and a day that it did not see begin', () => {
    const since = Date.parse('2026-11-22T22:10:00+08:00');
    const lines = renderTable([shown({ logsUp: false, today: { ...today, since, whole: false } })], english, size(80));
    expect(lines).toContain('no /logs: short connections are attributed by experience');
    expect(lines).toContain('today counts from 11-22 22:10');
  });

  it('shows what the TUN device and the uplink say of the kernel', () => {
    const lines = renderTable([shown({ interfaces: { tunRatio: 1.034, beyondKernel: 3 * MB } })], english, size(120));
    expect(lines).toContain(
      "TUN carries 1.03 × the kernel's bytes · uplink 3.00 MiB beyond the kernel (what bypassed it, and overhead of proxies)",
    );
  });

  it('shows several devices with a row each, what they have in common, and what is wrong with which', () => {
    const devices = [
      shown(),
      shown({ deviceId: 'router', link: wrong }),
      shown({ deviceId: 'phone', push: failing, link: { kind: 'connecting' } }),
    ];
    const lines = renderTable(devices, english, size(200));
    expect(lines[0]).toBe('FlowCollect · 3 devices');
    expect(lines.slice(2, 5).map((line) => line.slice(0, 10).trim())).toEqual(['✓ 客厅', '✗ router', '✗ phone']);
    expect(lines.find((line) => line.startsWith('all'))).toContain('9.00 MiB');
    expect(lines.filter((line) => line.startsWith('🇭🇰'))).toHaveLength(1);
    expect(lines).toContain('connections 51 · settled 0.0 %');
    expect(lines.find((line) => line.startsWith('router: '))).toContain('refuses the secret (401)');
    expect(lines.find((line) => line.startsWith('phone: '))).toContain(
      'cannot be reached (nothing listens there, ECONNREFUSED)',
    );
    expect(lines.at(-1)).toBe('push: 2/3 · accepted 4 s ago');
  });

  it('says once what is wrong with several devices alike', () => {
    const lines = renderTable([shown({ push: failing }), shown({ deviceId: 'b', push: failing })], english, size(300));
    expect(lines.filter((line) => line.includes('ECONNREFUSED'))).toEqual([
      expect.stringMatching(/^客厅, b: the gateway/),
    ]);
  });

  /** With so many nodes, the first the largest. */
  function withNodes(count: number, changes: Partial<DeviceView> = {}): ShownDevice {
    const device = shown(changes);
    const row = (index: number) => {
      const bytes = { upload: 0, download: (count - index) * MB };
      return { name: `节点 ${index + 1}`, rate: bytes, today: bytes, total: bytes };
    };
    return {
      ...device,
      summary: { ...device.summary, nodes: Array.from({ length: count }, (_, index) => row(index)) },
    };
  }

  it('shows as many nodes as fit, and the others as one row', () => {
    const lines = renderTable([withNodes(45)], english, size(80, 20));
    expect(lines).toHaveLength(19);
    const nodes = lines.slice(6, -2).map((line) => line.replace(/ {2,}/g, '|'));
    expect(nodes).toHaveLength(11);
    expect(nodes.at(-2)).toBe('节点 10|0 B/s|36.00 MiB/s|36.00 MiB|36.00 MiB');
    expect(nodes.at(-1)).toBe('+35 more|0 B/s|630.00 MiB/s|630.00 MiB|630.00 MiB');
    expect(renderTable([withNodes(45)], chinese, size(80, 60)).filter((line) => /^节点 \d/.test(line))).toHaveLength(
      45,
    );
    expect(renderTable([withNodes(45)], chinese, size(80, 20))).toContainEqual(expect.stringMatching(/^另有 35 个 /));
  });

  it('cuts no name while there is room', () => {
    const name = '🇭🇰 香港 IEPL 专线 高级 01 | 倍率 1.5 | 流媒体解锁';
    const device = shown();
    const nodes = device.summary.nodes.map((row) => ({ ...row, name }));
    const long: ShownDevice = { ...device, summary: { ...device.summary, nodes } };
    expect(renderTable([long], chinese, size(140)).join('\n')).toContain(name);
    const narrow = renderTable([long], chinese, size(80));
    expect(narrow.join('\n')).not.toContain(name);
    expect(Math.max(...narrow.map(displayWidth))).toBeLessThan(80);
  });

  it('pushes no line of what is wrong off, however low the terminal and however many there are', () => {
    const wrongs = { link: wrong, push: failing };
    const many = Array.from({ length: 30 }, (_, index) => withNodes(40, { deviceId: `d${index}`, ...wrongs }));
    for (const devices of [[withNodes(40, wrongs)], many]) {
      for (const rows of [14, 24, 40]) {
        const lines = renderTable(devices, chinese, size(200, rows));
        expect(lines.length, `${rows} rows`).toBeLessThan(rows);
        const text = lines.join('').replaceAll(' ', '');
        expect(text).toContain('请把MihomoSecret改成');
        expect(text).toContain('无法连接');
      }
    }
    expect(renderTable(many, english, size(200, 24)).join('\n')).toMatch(/\n\+\d+ more /);
  });

  it('lets no name steer the terminal', () => {
    const node = '\x1b[2J香港\n\x9b1A';
    const device = shown();
    const [row] = device.summary.nodes;
    const link = { kind: 'up', version: 'v1\x07', via: 'get' } as const;
    if (row === undefined) throw new Error('a node is shown');
    const nodes = [{ ...row, name: node }];
    const odd: ShownDevice = { view: { ...device.view, link }, summary: { ...device.summary, nodes } };
    const shownTexts = [...renderTable([odd], english, size(80)), renderLine(odd, english)];
    expect(shownTexts.filter((line) => /\p{Cc}/u.test(line))).toEqual([]);
    expect(shownTexts.some((line) => line.startsWith('\ufffd[2J香港\ufffd\ufffd1A '))).toBe(true);
  });

  it('fits one line where there is no terminal', () => {
    expect(renderLine(shown({ logsUp: false }), english)).toBe(
      '客厅 · up 0 B/s down 1.00 MiB/s · proxy 3.00 MiB · direct 1.00 KiB · all 3.00 MiB · today 2.00 MiB · kernel v1.19.2 (WebSocket) · push: accepted 4 s ago',
    );
  });
});
