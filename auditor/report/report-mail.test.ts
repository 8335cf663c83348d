import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AT,
  exampleAirport as airport,
  exampleModel as model,
  exampleVerdict as verdict,
} from '../../test/example-reports.ts';
import { wordsOf } from '../messages/report.ts';
import { reportHtml } from './html.ts';
import { COLOURS, escapeHtml } from './html-pieces.ts';
import { reportMailOf, reportText } from './report-mail.ts';

const GB = 2 ** 30;
const DAY = 86_400_000;

describe('the report as text', () => {
  it('says the verdict first, then what people know, in their order', () => {
    const text = reportText(model(), 'zh');
    expect(text.split('\n').slice(0, 4)).toEqual([
      '流量日报 - 2026-11-23',
      '11-22 23:55 – 11-23 23:55（Asia/Shanghai）',
      '',
      '账单吻合，没有发现泄露',
    ]);
    const parts = [
      '今日汇总:',
      '- 代理流量: 12.00 GiB',
      '- 本地流量: 12.00 GiB',
      '- 合计流量: 24.00 GiB',
      '【机场详情】',
      '- 机场 (a.yaml):',
    ];
    const rest = [
      '  今日消耗: 14.00 GiB | 剩余: 40.00 GiB | 预计还可用 3.7 天',
      '【代理泄露检查】: 正常',
      '【设备】',
      '【节点】',
    ];
    const places = [...parts, ...rest].map((part) => text.indexOf(part));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
  });

  it('shows the daily budget, where there is one', () => {
    expect(reportText(model([airport()], { budget: 10 * GB }), 'zh')).toContain('- 每日预算 10.00 GiB，已用 120 %');
    expect(reportHtml(model([airport()], { budget: 10 * GB }), 'en')).toContain('Daily budget 10.00 GiB, 120 % used');
    expect(reportText(model(), 'zh')).not.toContain('预算');
  });

  it('says the same in English', () => {
    const text = reportText(model(), 'en');
    expect(text).toContain('The bill fits, no leak found');
    expect(text).toContain('Billed today: 14.00 GiB | Left: 40.00 GiB | lasts about 3.7 days');
    expect(text.replace(/手机|香港/g, '')).not.toMatch(/[\u4e00-\u9fff]/);
  });

  it('says since when, where the window began before the day, also early in it', () => {
    const long = airport({ verdict: verdict({ window: { from: AT - 3 * DAY, to: AT } }) });
    expect(reportText(model([long]), 'zh')).toContain('自 11-20 23:55 起消耗: 14.00 GiB');
    expect(reportText(model([long]), 'zh')).toContain('机场 a.yaml 自 11-20 23:55 起扣除了');
    const { day } = model([long]);
    const early = {
      ...model([airport({ verdict: verdict({ window: { from: day.from - DAY, to: day.from + 3_600_000 } }) })]),
      at: day.from + 3_600_000,
    };
    expect(reportText(early, 'en')).toMatch(/Billed since \d\d-\d\d 23:55: /);
    expect(reportText(early, 'en')).toMatch(/billed [\d.]+ GiB since \d\d-\d\d 23:55; your devices/);
    const dayLong = airport({ verdict: verdict({ window: { from: day.from - 3_600_000, to: AT } }) });
    expect(reportText(model([dayLong]), 'en')).toContain('Billed today: 14.00 GiB');
  });

  it('says what to do to reach the reset', () => {
    const short = airport({
      forecast: { known: true, days: 3.71, pace: 10 * GB, reset: { days: 13, allowance: 3 * GB, reached: false } },
    });
    expect(reportText(model([short]), 'zh')).toContain('撑不到 13 天后的重置；要撑到那天，每天不能超过 3.00 GiB');
  });

  it('gives no figure to what lasts longer than anybody plans ahead', () => {
    const idle = (low: number) =>
      airport({ forecast: { known: true, days: 1e10, pace: 4, range: { low, high: null, chance: 0.8 } } });
    expect(reportText(model([idle(400)]), 'zh')).toContain('| 预计还可用 400 天以上\n');
    expect(reportText(model([idle(400)]), 'en')).toContain('| lasts more than 400 days\n');
    expect(reportText(model([idle(120)]), 'en')).toContain('| lasts more than 400 days (at least 120, with a chance');
  });

  it('says what changed of a plan, in text and mail', () => {
    const plan = [
      { kind: 'added' as const, bytes: 50 * 2 ** 30 },
      { kind: 'renewed' as const, until: Date.parse('2027-01-31T12:00:00+08:00') / 1000 },
    ];
    const changed = model([airport({ plan })]);
    for (const body of [reportText(changed, 'zh'), reportHtml(changed, 'zh')]) {
      expect(body).toContain('套餐流量增加了 50.00 GiB（加油包或更换套餐）');
      expect(body).toMatch(/已续费到 (2027-)?01-31/);
    }
    expect(reportText(changed, 'en')).toContain('the quota grew by 50.00 GiB');
  });

  const notKnown = (code: 'first_reading' | 'lag_unknown' | 'clock_set_back' | 'reading_fell') =>
    airport({ verdict: { kind: 'unknown', reasons: [{ code }], difference: null, absences: [], closes: true } });

  it('says on the first day that comparison begins tomorrow', () => {
    const text = reportText(model([notKnown('first_reading')]), 'zh');
    expect(text).toContain('今天开始记录，明天起对账');
    expect(text).toContain('今日消耗: 未知');
  });

  it.each([
    [notKnown('first_reading'), '明天起对账', 'comparison tomorrow'],
    [notKnown('lag_unknown'), '刚开始对账', 'comparison just begun'],
    [notKnown('clock_set_back'), '无法对账', 'no verdict'],
    [
      { ...notKnown('first_reading'), reasons: [{ code: 'address_missing' as const }], used: null },
      '没有读数',
      'no reading',
    ],
    [{ ...notKnown('reading_fell'), reasons: [{ code: 'reading_fell' as const }] }, '无法对账', 'no verdict'],
  ])('says why there is no verdict in the same words in subject and text: %#', (unknown, zh, en) => {
    const mails = (['zh', 'en'] as const).map((language) => reportMailOf(model([unknown]), language));
    expect(mails.map(({ subject }) => subject.split(' · ')[0])).toEqual([zh, en]);
    for (const [index, said] of [`【代理泄露检查】: ${zh}\n`, `【Leak check】: ${en}\n`].entries()) {
      expect(mails[index]?.text).toContain(said);
    }
  });

  it('names the nodes of the day while no window has any yet, and what devices there are', () => {
    const undecided = verdict({ kind: 'unknown', reasons: [{ code: 'first_reading' }], difference: null });
    const first = model([airport({ verdict: undecided, nodes: [] })]);
    const { today } = first;
    if (!today.known) throw new Error('the example knows its day');
    const nodes = [
      ...Array.from({ length: 12 }, (_, index) => ({
        node: `香港 ${index + 1}`,
        class: 'proxy' as const,
        bytes: 2 ** 30,
      })),
      { node: 'DIRECT', class: 'direct' as const, bytes: 1 },
    ];
    const named = { ...first, today: { ...today, nodes } };
    const [section = ''] = reportText(named, 'zh')
      .split('\n\n')
      .filter((each) => each.startsWith('【节点'));
    expect(section.split('\n')).toHaveLength(12);
    expect(section).toContain('- 香港 1: 1.00 GiB');
    expect(section).not.toContain('DIRECT');
    expect(reportHtml(named, 'zh', {})).toContain('香港 10');
    expect(reportText(named, 'zh')).toContain('【设备');
    const judged = model([airport({})]);
    expect(reportText({ ...judged, today: { ...today, nodes } }, 'zh')).not.toContain('香港 12');
  });

  it('never prints an unknown as a number', () => {
    const unread = airport({
      used: null,
      quota: null,
      remaining: null,
      expiry: null,
      reasons: [{ code: 'http_status', detail: '502' }],
      verdict: {
        kind: 'unknown',
        reasons: [{ code: 'http_status', detail: '502' }],
        difference: null,
        absences: [],
        closes: false,
      },
      forecast: { known: false, reason: { code: 'use_unknown' } },
      nodes: [],
    });
    const unknown = model([unread], {
      verdict: 'unknown',
      today: { known: false, reasons: [{ code: 'prometheus_unreachable', detail: '127.0.0.1:9090' }] },
    });
    for (const language of ['zh', 'en'] as const) {
      expect(reportText(unknown, language)).not.toMatch(/\b0 B\b|NaN|null|undefined/);
      expect(reportHtml(unknown, language)).not.toMatch(/\b0 B\b|NaN|null|undefined/);
    }
    expect(reportText(unknown, 'zh')).toContain('机场 a.yaml：机场返回 HTTP 502。');
    expect(reportText(unknown, 'zh')).toContain('- 机场 (a.yaml): 原因见上');
  });

  it('names a plan without a limit, and says at least what a new cycle billed', () => {
    const reset = airport({
      unlimited: true,
      quota: null,
      remaining: null,
      verdict: verdict({
        bill: { low: GB, likely: GB, high: null, newCycle: true },
        reasons: [{ code: 'cycle_began' }],
      }),
      forecast: { known: false, reason: { code: 'quota_unlimited' } },
    });
    const text = reportText(model([reset]), 'zh');
    expect(text).toContain('今日消耗: 至少 1.00 GiB | 剩余: 不限量 | 预计可用天数未知（套餐不限量）');
    expect(text).toContain('机场开始了新的计费周期');
  });

  it('leaves the airport parts away where there is no airport', () => {
    const text = reportText(model([]), 'zh');
    expect(text).toContain('没有配置机场，只统计用量');
    expect(text).not.toContain('【机场详情】');
    expect(text).not.toContain('泄露检查');
  });
});

describe('the report as a mail', () => {
  it('carries verdict and use in its subject', () => {
    const subject = (change: Partial<ReturnType<typeof model>>, language: 'zh' | 'en') =>
      reportMailOf({ ...model(), ...change }, language).subject;
    expect(subject({ verdict: 'leak' }, 'zh')).toBe('⚠ 可能泄露 · 12.00 GiB · 流量日报 11-23');
    expect(subject({ verdict: 'unknown' }, 'en')).toBe('no verdict · 12.00 GiB · Traffic report 11-23');
    expect(subject({ verdict: null, today: { known: false, reasons: [] } }, 'zh')).toBe('流量日报 11-23');
  });

  it('holds the figures of the text', () => {
    const { html, subject, id } = reportMailOf(model(), 'zh');
    expect(subject).toBe('账单吻合 · 12.00 GiB · 流量日报 11-23');
    expect(id).toMatch(/^report-2026-11-23-[a-z0-9]+-[0-9a-f]{16}$/);
    for (const part of [
      '账单吻合',
      '12.00 GiB',
      '24.00 GiB',
      '60.00 GiB / 100.00 GiB',
      '香港 01 | 2x',
      '手机',
      'googlevideo.com',
    ]) {
      expect(html).toContain(part);
    }
  });

  it('shows earlier days as bars and compares with the week before', () => {
    const days = Array.from({ length: 7 }, (_, index) => ({
      date: `2026-11-1${index}`,
      proxy: 6 * GB,
      direct: 0,
      local: 0,
    }));
    const html = reportHtml(model([airport()], { days }), 'zh');
    expect(html).toContain('最近 8 天代理用量');
    // The scale.
    expect(html).toMatch(/white-space:nowrap">12\.00 GiB<\/td>/);
    expect(html).toContain('比前 7 日均值高 100 %');
  });

  it('shows ten nodes of each airport below it, and what the others used', () => {
    const nodes = (count: number) =>
      Array.from({ length: count }, (_, index) => ({
        node: `node ${index}`,
        bytes: GB,
        multiplier: { low: 1, high: 1 },
        billed: { low: GB, high: GB },
        sure: index > 0,
      }));
    const both = model([airport({ nodes: nodes(40) }), airport({ airport: 'b.yaml', nodes: nodes(3) })]);
    const html = reportHtml(both, 'en');
    expect(html.indexOf('node 9<')).toBeLessThan(html.indexOf('Airport (b.yaml)'));
    expect(html.match(/>node \d/g)).toHaveLength(13);
    expect(html).toContain('+30 more, 30.00 GiB');
    expect(reportText(both, 'zh')).toContain(
      '- node 9: 1.00 GiB\n+30 个，30.00 GiB\n机场 (b.yaml):\n- node 0: 1.00 GiB',
    );
    expect(reportText(both, 'zh')).toContain('- node 0: 1.00 GiB (可能属于别的机场');
  });

  it('colours what is used by the days left, not by its share', () => {
    const bar = (forecast: ReturnType<typeof airport>['forecast'], used = 60 * GB) =>
      /background:(#\w+);font-size:0;line-height:8px/.exec(reportHtml(model([airport({ forecast, used })]), 'zh'))?.[1];
    const end = (reached: boolean) => ({ days: 13, allowance: 3 * GB, reached });
    const left = { known: true, days: 3.71, pace: 10 * GB } as const;
    expect(bar(left, 97 * GB)).toBe(COLOURS.barNow);
    expect(bar({ ...left, reset: end(true) })).toBe(COLOURS.barNow);
    expect(bar({ ...left, reset: end(false) })).toBe(COLOURS.warn);
    expect(bar({ ...left, days: 0.9 }, 10 * GB)).toBe(COLOURS.bad);
  });

  it('says what connections to addresses are', () => {
    const { today, ...rest } = model();
    if (!today.known) throw new Error('the example knows what was used');
    const both = { ...rest, today: { ...today, hosts: [{ host: 'ip', bytes: GB }] } };
    for (const body of [reportText(both, 'zh'), reportHtml(both, 'zh')])
      expect(body).toContain('直接连接 IP 地址（没有域名）');
  });

  it('never lets a name become markup', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', 'a', '/', '=') }), (name) => {
        const node = {
          node: `<x>${name}`,
          bytes: 1,
          multiplier: { low: 1, high: 1 },
          billed: { low: 1, high: 1 },
          sure: true,
        };
        const html = reportHtml(model([airport({ airport: `<x>${name}`, nodes: [node] })]), 'zh');
        expect(html).not.toContain('<x>');
        expect(html).toContain(escapeHtml(`<x>${name}`));
      }),
      { numRuns: 30 },
    );
  });

  it('leads to the archive and the dashboards where they are set', () => {
    const links = { archive: 'https://vps.example.com/reports', dashboards: 'https://grafana.example.com' };
    const mail = reportMailOf(model(), 'zh', links);
    expect(mail.text).toMatch(
      /\n历史日报: https:\/\/vps.example.com\/reports\n仪表盘: https:\/\/grafana.example.com\n$/,
    );
    expect(mail.html).toContain('href="https://vps.example.com/reports"');
    expect(reportMailOf(model(), 'en', { dashboards: 'https://grafana.example.com' }).html).toMatch(/>Dashboards<\/a>/);
    expect(reportMailOf(model(), 'en').text).not.toContain('http');
  });

  it('needs nothing from outside: no script, no picture, no link', () => {
    expect(reportHtml(model(), 'zh')).not.toMatch(/<(?:script|img|link|a)\b|url\(|https?:/);
  });
});

it('has a word for everything in both languages', () => {
  expect(Object.keys(wordsOf('zh')).sort()).toEqual(Object.keys(wordsOf('en')).sort());
  expect(Object.keys(wordsOf('zh').reasons).sort()).toEqual(Object.keys(wordsOf('en').reasons).sort());
  expect(
    Object.values(wordsOf('en').reasons)
      .map((say) => say('x'))
      .join(''),
  ).not.toMatch(/[\u4e00-\u9fff]/);
});
