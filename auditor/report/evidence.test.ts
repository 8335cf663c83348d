import { describe, expect, it } from 'vitest';
import {
  AT,
  exampleAirport,
  exampleFindings,
  exampleLearned,
  exampleModel,
  exampleSurplus,
  exampleVerdict,
} from '../../test/example-reports.ts';
import { wordsOf } from '../messages/report.ts';
import { answerTo } from '../telegram/conversation.ts';
import type { Verdict } from '../verdict/verdict.ts';
import { headlineOf } from './evidence.ts';
import { reportHtml } from './html.ts';
import type { AirportModel } from './model.ts';
import { phrasesOf } from './phrases.ts';
import { reportMailOf, reportText } from './report-mail.ts';

const GB = 2 ** 30;

function evidence(verdict: Verdict, language: 'zh' | 'en' = 'zh', over: Partial<AirportModel> = {}): string {
  const airport = exampleAirport({ ...over, verdict });
  return phrasesOf(exampleModel([airport]), language).evidence(airport);
}

describe('a leak', () => {
  it('is told with its figures and what to look at first', () => {
    const text = evidence(exampleFindings.leak);
    expect(text).toContain(
      '机场 a.yaml 扣除了 23.00 GiB，您的设备按倍率应计 14.00 GiB（可能 13.00 GiB–15.00 GiB），多 9.00 GiB。',
    );
    expect(text).toContain('请检查订阅链接是否泄露');
    expect(evidence(exampleFindings.leak, 'en')).toContain('9.00 GiB more.');
  });

  it('names the multiplier at which the busiest node would explain it as something to rule out, not as the cause', () => {
    expect(evidence(exampleFindings.leak)).toContain(
      '可先排除倍率填错：用得最多的节点 香港 01 | 2x（3.00 GiB）只有按 4.67×（现按 2×）计费，才能独自解释这个差额。',
    );
    expect(evidence(exampleFindings.leak, 'en')).toContain('To rule out a wrong multiplier: ');
    expect(evidence(exampleFindings.underbilled)).not.toContain('香港 01');
  });

  it('names no multiplier that no airport has, that bills tell, or that is shown with another cause', () => {
    const { leak } = exampleFindings;
    const dear = { ...leak, bill: { low: 900 * GB, likely: 900 * GB, high: 900 * GB, newCycle: false } };
    expect(evidence(dear)).not.toContain('香港 01');
    const [node] = exampleAirport().nodes;
    const nodes = node === undefined ? [] : [{ ...node, learned: { low: 2.4, high: 2.6 } }];
    expect(evidence(leak, 'zh', { nodes })).not.toContain('香港 01');
    const causes = [{ kind: 'multiplier' as const, node: '日本 01', multiplier: { low: 2, high: 2.1 } }];
    expect(evidence({ ...leak, surplus: { ...exampleSurplus, causes } })).not.toContain('香港 01');
  });

  it('is told by what it rests on, and without a range that speaks against it, where the bill of the day fits', () => {
    const byChange = evidence(exampleFindings.leakByChange);
    expect(byChange).not.toContain('可能 13.00 GiB');
    expect(byChange).toContain(
      '自 2026-11-14 起的 9 天里，账单比以往所示一共高出 450.00 MiB，约每天 50.00 MiB，不像是偶然误差。',
    );
    expect(evidence(exampleFindings.leakSeenEarlier)).toContain('这个窗口里较早的一次审计已明显超出');
    const answered = exampleAirport({ verdict: exampleFindings.leakByAnswer });
    expect(
      phrasesOf(exampleModel([answered]), 'zh')
        .notes(answered)
        .join(),
    ).toContain('您已确认是泄露');
  });
});

it('tells since when a drift goes on, and what it came to', () => {
  const text = evidence(exampleFindings.drift, 'en');
  expect(text).toContain('1.00 GiB less');
  expect(text).toContain(
    'In the 9 days since 2026-11-14 the bill was 450.00 MiB higher than earlier bills let expect, about 50.00 MiB a day, which is hardly chance.',
  );
});

it('tells that too little was billed only as what came twice', () => {
  expect(evidence(exampleFindings.underbilled)).toContain('少 5.00 GiB。连续两个窗口都是这样');
});

describe('a silent device', () => {
  it('may explain the difference', () => {
    expect(evidence(exampleFindings.silent)).toContain(
      '手机 自 11-23 11:55 起没有推送，差额可能是它用的（至多约 12.00 GiB）。',
    );
  });

  it('is said to explain no leak', () => {
    const leak = { ...exampleFindings.silent, kind: 'leak' as const };
    const text = evidence({ ...leak, absences: [{ device: '手机', since: null, plausible: GB }] });
    expect(text).toContain('手机 没有推送记录，但至多能解释 1.00 GiB。');
    expect(text).not.toContain('差额可能是它用的');
  });

  it('that is new is not waited for', () => {
    const text = evidence(exampleFindings.newDevice);
    expect(text).toContain('设备 平板 在这期间开始推送，此前的用量没有统计');
    expect(text).toContain('从下一个窗口起重新对账。');
    expect(text).not.toContain('恢复推送');
  });
});

it('says by what an expectation was calibrated', () => {
  expect(evidence(exampleFindings.learned)).toContain(
    '（已按过去 14 天的账单校准：倍率之外 +1.8 %，健康检查每天约 100.00 MiB，此外每天 12.00 MiB，最多晚 6 小时入账）',
  );
  const nothing = {
    ...exampleLearned,
    ratio: { low: 1, likely: 1, high: 1 },
    checks: 0,
    daily: { low: 0, likely: 0, high: 0 },
    lag: 0,
  };
  expect(evidence({ ...exampleFindings.learned, learned: nothing })).not.toContain('校准');
});

it('says what an airport gave back, and what devices lost sight of', () => {
  expect(evidence(exampleFindings.credit)).toContain('其间机场退回了 2.00 GiB；扣除只算实际增长，不受退回影响。');
  expect(evidence(exampleFindings.lost, 'en')).toContain('Devices lost sight of up to 700.00 MiB');
});

it('reports airports that are judged together once, with the setting that helps', () => {
  const [a, b] = ['a.yaml', 'b.yaml'].map((airport) =>
    exampleAirport({ airport, verdict: { ...exampleFindings.pool, surplus: exampleSurplus } }),
  );
  if (a === undefined || b === undefined) throw new Error('two airports');
  const phrases = phrasesOf(exampleModel([a, b]), 'zh');
  expect(phrases.evidence(a)).toContain(
    '机场 a.yaml、b.yaml 一起扣除了 21.00 GiB，您的设备按倍率应计 20.00 GiB（可能 19.00 GiB–21.50 GiB），多 1.00 GiB。',
  );
  expect(phrases.evidence(a)).toContain('节点 日本 01、美国 02、n3、n4、n5 等 7 个不知道属于哪个机场');
  expect(phrases.evidence(a)).toContain('Providers 或 Nodes');
  expect(phrases.evidence(b)).toBe('机场 b.yaml 与 a.yaml 一起对账，见上。');
  expect([a, b].map((airport) => phrases.notes(airport).length)).toEqual([1, 0]);
});

it('tells a leak of airports that are judged together once, by the names of all', () => {
  const { pool } = exampleFindings.pool;
  if (pool === undefined) throw new Error('judged together');
  const verdict = exampleVerdict({ kind: 'leak', difference: 10 * GB, pool: { ...pool, billed: 30 * GB } });
  const [a, b] = ['a.yaml', 'b.yaml'].map((airport) => exampleAirport({ airport, verdict }));
  if (a === undefined || b === undefined) throw new Error('two airports');
  const model = exampleModel([a, b], { verdict: 'leak' });
  expect(phrasesOf(model, 'zh').evidence(b)).toBe('机场 b.yaml 与 a.yaml 一起对账，见上。');
  const text = reportText(model, 'zh');
  expect(text.match(/【[^】]*】机场 \(a\.yaml、b\.yaml\)/g)).toHaveLength(1);
  expect(text.match(/请检查订阅链接是否泄露/g)).toHaveLength(1);
});

describe('of several airports', () => {
  const failed = { kind: 'unknown', difference: null, absences: [], closes: false } as const;
  const unread = (airport: string, detail = '502'): AirportModel => {
    const reasons = [{ code: 'http_status' as const, detail }];
    return exampleAirport({ airport, used: null, quota: null, reasons, verdict: { ...failed, reasons } });
  };
  const times = (text: string, part: string): number => text.split(part).length - 1;

  it('one reason is told once, and what is not known because of it says so', () => {
    const reasons = [{ code: 'prometheus_unreachable' as const, detail: '127.0.0.1:9090' }];
    const airports = ['a', 'b'].map((airport) => exampleAirport({ airport, verdict: { ...failed, reasons } }));
    const model = exampleModel(airports, { verdict: 'unknown', today: { known: false, reasons } });
    for (const [language, cause] of [
      ['zh', '机场 a、b：Prometheus（127.0.0.1:9090）没有响应'],
      ['en', 'Airport a and b: Prometheus (127.0.0.1:9090) does not answer'],
    ] as const) {
      for (const body of [reportText(model, language), reportHtml(model, language)]) {
        expect(body).toContain(cause);
        expect(times(body, 'Prometheus')).toBe(1);
      }
    }
    expect(reportText(model, 'zh')).toContain('- 未知：原因见上');
    expect(answerTo('today', model, 'zh')).toContain('没有响应');
  });

  it('an answer that failed is named at the head, and by the bot where it is asked for the airport', () => {
    const model = exampleModel([unread('a'), unread('b', '500'), unread('c')], { verdict: 'unknown' });
    const text = reportText(model, 'zh');
    expect(text).toContain('机场 a、c：机场返回 HTTP 502。\n机场 b：机场返回 HTTP 500。\n');
    expect(times(text, 'HTTP 502')).toBe(1);
    expect(text).toContain('- 机场 (a): 原因见上');
    expect(answerTo('airport', model, 'zh')).toContain('- 机场 (a): 机场返回 HTTP 502');
  });

  it('the advice stands once, and a multiplier that is to be ruled out is not named again', () => {
    const leaks = ['a', 'b'].map((airport) => exampleAirport({ airport, verdict: exampleFindings.leak }));
    const text = reportText(exampleModel(leaks, { verdict: 'leak' }), 'zh');
    expect(times(text, '请检查订阅链接是否泄露')).toBe(1);
    expect(text).not.toContain('节点倍率是否正确');
  });

  it('a silent device that explains nothing is named once', () => {
    const quiet = exampleVerdict({ absences: [{ device: '手机', since: AT - 3_600_000, plausible: 0 }] });
    const both = ['a', 'b'].map((airport) => exampleAirport({ airport, verdict: quiet }));
    expect(times(reportText(exampleModel(both), 'zh'), '手机 自')).toBe(1);
  });

  it('a leak names what may be behind it once, also where there is a steady surplus', () => {
    const verdict = { ...exampleFindings.leak, surplus: exampleSurplus };
    const text = reportText(exampleModel([exampleAirport({ verdict })], { verdict: 'leak' }), 'zh');
    expect(text).toContain('--per-day 300MiB');
    for (const cause of ['没装采集器的设备', '订阅链接']) expect(times(text, cause)).toBe(1);
  });
});

describe('a window of the past', () => {
  const past = (verdict: Verdict, language: 'zh' | 'en'): string =>
    reportText(
      exampleModel([exampleAirport({ used: null, quota: null, reasons: [{ code: 'window_past' }], verdict })], {
        past: true,
        day: { date: '2026-11-01..2026-11-20', from: AT - 19 * 86_400_000, to: AT },
      }),
      language,
    );

  it.each(Object.entries(exampleFindings))('is told in the past: %s', (_name, verdict) => {
    expect(past(verdict, 'zh')).not.toMatch(/今|明天|昨|刚刚|请留意|自动补齐|现在|仍|预计|回答一次|都这样报告/);
    expect(past(verdict, 'en')).not.toMatch(
      /[Tt]oday|tomorrow|just now|[Aa]nswer once|yaml (?:still )?bills|\b(?:has|fits|is reported)\b/,
    );
  });

  it('says what was billed, and goes by its last day', () => {
    expect(past(exampleFindings.learned, 'zh')).toContain(
      '- 机场 (a.yaml): 消耗 14.00 GiB；过去的时间段，不显示剩余流量',
    );
    const mail = reportMailOf(
      exampleModel([], { past: true, day: { date: '2026-11-01..2026-11-20', from: 0, to: AT } }),
      'zh',
    );
    expect(mail.subject).toContain('流量报告 11-01..11-20');
    expect(mail.id).toMatch(/^report-2026-11-20-/);
  });
});

const headline = (...verdicts: readonly Verdict[]): string =>
  headlineOf(exampleModel(verdicts.map((verdict) => exampleAirport({ verdict }))), wordsOf('zh'));

it('says that too much was billed only where the bill shows it', () => {
  expect(headline(exampleFindings.leak)).toBe('机场多扣了流量，可能存在代理泄露');
  expect(headline(exampleFindings.leakByChange)).toBe('可能存在代理泄露');
  expect(headline(exampleFindings.leakByAnswer, exampleFindings.silent)).toBe('可能存在代理泄露');
});

it('says that all is well only where nothing waits for an answer', () => {
  expect(headline(exampleFindings.surplusAgain)).toBe('账单与往日一致，但每天有一部分还说不清');
  expect(headline(exampleFindings.surplusKnown)).toBe('账单吻合，没有发现泄露');
});

it('says of the first days that they are the first', () => {
  expect(headline(exampleFindings.lagUnknown)).toBe('刚开始对账，还不能下结论');
  expect(headline()).toBe('没有配置机场，只统计用量');
});
