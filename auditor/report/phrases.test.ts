import { describe, expect, it } from 'vitest';
import {
  exampleAirport,
  exampleFindings,
  exampleModel,
  exampleSurplus,
  exampleVerdict,
} from '../../test/example-reports.ts';
import type { Surplus } from '../verdict/finding.ts';
import type { Verdict } from '../verdict/verdict.ts';
import { reportHtml } from './html.ts';
import { phrasesOf } from './phrases.ts';
import { reportText } from './report-mail.ts';

function lines(verdict: Verdict, language: 'zh' | 'en' = 'zh', name = 'a.yaml') {
  const airport = exampleAirport({ airport: name, verdict });
  const phrases = phrasesOf(exampleModel([airport]), language);
  return { notes: phrases.notes(airport), details: phrases.details(airport) };
}
const surplus = (over: Partial<Surplus>): Verdict => exampleVerdict({ surplus: { ...exampleSurplus, ...over } });

describe('a steady surplus', () => {
  it('is told with its size, how sure it is, what it can be, and the two ways to answer', () => {
    expect(lines(exampleFindings.surplus).notes).toEqual([
      '机场 a.yaml 自开始以来每天扣的，比倍率和设置所能解释的多约 300.00 MiB（约 6 %，范围 280.00 MiB–330.00 MiB）。' +
        '最可能：健康检查；其次：没装采集器的设备；也可能：订阅链接泄露。' +
        '确认后回答一次：flowcollect audit amend known a.yaml --per-day 300MiB，或 flowcollect audit amend leak a.yaml。',
    ]);
    expect(lines(exampleFindings.surplus, 'en').notes).toEqual([
      'Airport a.yaml bills about 300.00 MiB a day (6 %, range 280.00 MiB–330.00 MiB) more than multipliers and settings explain, since the beginning. ' +
        'Most likely: health checks; then: a device without an exporter; or: a subscription link that got out. ' +
        'Answer once: flowcollect audit amend known a.yaml --per-day 300MiB, or flowcollect audit amend leak a.yaml.',
    ]);
  });

  it('is one line until it is answered', () => {
    expect(lines(exampleFindings.surplusAgain).notes).toEqual([
      '机场 a.yaml 每天扣的，仍比倍率和设置所能解释的多约 300.00 MiB（约 6 %，范围 280.00 MiB–330.00 MiB）。最可能：健康检查。' +
        '确认后回答一次：flowcollect audit amend known a.yaml --per-day 300MiB，或 flowcollect audit amend leak a.yaml。',
    ]);
  });

  it('is a quiet line among the figures once it is known', () => {
    const { notes, details } = lines(exampleFindings.surplusKnown);
    expect(notes).toEqual([]);
    expect(details).toEqual(['机场 a.yaml 每天多约 300.00 MiB，您已说明。']);
  });

  it('names since when, and the node that it is in step with', () => {
    const [note] = lines(exampleFindings.surplusByNode).notes;
    expect(note).toContain('自 2026-11-03 起每天扣的');
    expect(note).toContain('最可能：节点 香港 01 | 2x 的倍率其实是 2.45–2.55×；其次：协议本身的开销。');
  });

  it('names no node that the table does not have, or of which it says something else', () => {
    const cause = (node: string, low: number): Verdict =>
      surplus({ causes: [{ kind: 'multiplier', node, multiplier: { low, high: low + 0.1 } }] });
    expect(lines(cause('日本', 2)).notes.join()).toContain('最可能：某个节点的倍率比名称所示的高。');
    const airport = exampleAirport({ verdict: cause('香港 01 | 2x', 4) });
    const nodes = airport.nodes.map((node) => ({ ...node, learned: { low: 2.4, high: 2.6 } }));
    const table = { ...airport, nodes };
    expect(
      phrasesOf(exampleModel([table]), 'zh')
        .notes(table)
        .join(),
    ).not.toContain('香港');
  });

  it('asks with a command that a shell takes', () => {
    expect(lines(exampleFindings.surplus, 'zh', 'my airport').notes.join()).toContain(
      "flowcollect audit amend leak 'my airport'。",
    );
  });

  it('offers a share where all use costs more, and all of it where a part was answered before', () => {
    const asked = (over: Partial<Surplus>): string => lines(surplus(over)).notes.join();
    expect(asked({ causes: [{ kind: 'overhead' }], share: 0.06 })).toContain('amend known a.yaml --share 6%');
    expect(asked({ explained: 200 * 2 ** 20 })).toContain('amend known a.yaml --per-day 500MiB');
  });

  it('is answered by the multiplier of the node that it is in step with', () => {
    expect(lines(exampleFindings.surplusByNode).notes.join()).toContain(
      "确认后回答一次：flowcollect audit amend multiplier '香港 01 | 2x' 2.5，或 flowcollect audit amend leak a.yaml。",
    );
    const causes = [{ kind: 'multiplier' as const, node: '日本 01', multiplier: { low: 2, high: 2.1 } }];
    // The table does not have it.
    expect(lines(surplus({ causes })).notes.join()).toContain('amend known a.yaml --per-day 300MiB');
  });

  it('names no cause while the bills do not tell them apart', () => {
    const untold = { causes: [] };
    expect(lines(surplus(untold)).notes.join()).toContain('账单还分不出是健康检查、');
    expect(lines(surplus(untold), 'en').notes.join()).toContain('The bills do not tell yet whether');
    expect(lines(surplus({ ...untold, reported: false })).notes.join()).not.toMatch(/最可能|分不出/);
  });

  it('says no share or range that says nothing', () => {
    const exact = { low: 300 * 2 ** 20, likely: 300 * 2 ** 20, high: 300 * 2 ** 20 };
    expect(lines(surplus({ daily: exact, share: Number.POSITIVE_INFINITY, reported: false })).notes.join()).toContain(
      '多约 300.00 MiB。',
    );
    expect(lines(surplus({ share: 0.001, reported: false })).notes.join()).toContain('（不到 1 %，');
    expect(lines(surplus({ daily: { low: 0, likely: 0, high: 0 } })).notes).toEqual([]);
  });
});

it('stands in text and mail', () => {
  const model = exampleModel([exampleAirport({ verdict: exampleFindings.surplus })]);
  expect(reportText(model, 'zh')).toContain('flowcollect audit amend known a.yaml --per-day 300MiB');
  expect(reportHtml(model, 'en')).toContain('Most likely: health checks');
});

it('stands below a hint that names the Reset key', () => {
  const airport = exampleAirport({ resetHint: true });
  for (const [language, words] of [
    ['zh', '请在 [airport.a.yaml] 里设置 Reset'],
    ['en', 'set Reset in [airport.a.yaml]'],
  ] as const) {
    expect(reportText(exampleModel([airport]), language)).toContain(words);
    expect(reportHtml(exampleModel([airport]), language)).toContain(words);
    expect(reportText(exampleModel(), language)).not.toContain('Reset');
  }
});
