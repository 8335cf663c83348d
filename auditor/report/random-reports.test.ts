import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NODES, randomReports } from '../../test/random-reports.ts';
import { answerTo } from '../telegram/conversation.ts';
import { comparedOf, isOverbilled } from './evidence.ts';
import { reportHtml } from './html.ts';
import type { AirportModel, ReportModel } from './model.ts';
import { phrasesOf } from './phrases.ts';
import { reportText } from './report-mail.ts';

/** Whether figures say that one airport, or the pool that it is in, was billed above all that is expected. */
const isOver = (each: AirportModel): boolean => {
  const compared = comparedOf(each);
  return compared !== undefined && isOverbilled(compared);
};

describe.each([
  ['zh', /多扣/, /（可能 /],
  ['en', /too much/, /\(possibly /],
] as const)('what a report says in %s agrees with its figures:', (language, overbilled, rangeOf) => {
  const holds = (check: (each: ReportModel) => void): void =>
    fc.assert(fc.property(randomReports, check), { numRuns: 300 });

  it('no figure is missing, endless or no number', () => {
    holds((each) => {
      const texts = [reportText(each, language), reportHtml(each, language), answerTo('verdict', each, language)];
      for (const text of texts) expect(text).not.toMatch(/NaN|Infinity|undefined|\bnull\b|-0\.0 %/);
    });
  });

  it('too much is billed only where the bill is above all that is expected', () => {
    holds((each) => {
      if (!each.airports.some((one) => one.verdict.kind === 'leak' && isOver(one))) {
        expect(reportText(each, language)).not.toMatch(overbilled);
      }
    });
  });

  it('more and less have the sign of the difference', () => {
    holds((each) => {
      for (const one of each.airports) {
        const text = phrasesOf(each, language).evidence(one);
        const difference = comparedOf(one)?.difference ?? 0;
        if (difference < 0) expect(text).not.toMatch(/，多 [\d.]+ [KMGTP]?B。|; [\d.]+ [KMGTP]?B more\./);
        if (difference > 0) expect(text).not.toMatch(/，少 [\d.]+ [KMGTP]?B。|; [\d.]+ [KMGTP]?B less\./);
      }
    });
  });

  it('no leak is reported with a range in which the bill fits', () => {
    holds((each) => {
      for (const one of each.airports) {
        if (one.verdict.kind !== 'leak' || isOver(one)) continue;
        expect(phrasesOf(each, language).evidence(one)).not.toMatch(rangeOf);
      }
    });
  });

  it('no node is a cause of which the table says another multiplier', () => {
    holds((each) => {
      for (const one of each.airports) {
        const phrases = phrasesOf(each, language);
        const text = [phrases.evidence(one), ...phrases.notes(one)]
          .join('\n')
          .replace(/节点 [^，。；]*不知道属于|whose node [^:]* is,/g, '');
        for (const { node: name, learned: found, sure } of one.nodes) {
          if (!text.includes(name)) continue;
          const causes = (one.verdict.surplus?.causes ?? []).flatMap((each) =>
            each.kind === 'multiplier' && each.node === name ? [each.multiplier] : [],
          );
          const agrees = causes.some(
            ({ low, high }) => found === undefined || (found.low <= high && low <= found.high),
          );
          expect(agrees || (sure && found === undefined)).toBe(true);
        }
        for (const name of NODES.filter((name) => !one.nodes.some((row) => row.node === name))) {
          expect(text).not.toContain(name);
        }
      }
    });
  });

  it('no cause and no advice is named twice of one airport', () => {
    holds((each) => {
      for (const one of each.airports) {
        const text = phrasesOf(each, language).findings(one).join('\n').toLowerCase();
        for (const cause of ['没装采集器', '订阅链接', 'without an exporter', 'subscription link'])
          expect(text.split(cause).length).toBeLessThanOrEqual(2);
      }
    });
  });

  it('no sentence stands twice in a report', () => {
    holds((each) => {
      const [head] = reportText(each, language).split(/今日汇总|\nToday:/);
      const sentences = (head ?? '').split(/(?<=。)|(?<=\.) /).map((part) => part.trim());
      const long = sentences.filter((sentence) => sentence.length > 12);
      expect(long.filter((sentence, index) => long.indexOf(sentence) !== index)).toEqual([]);
    });
  });

  it('a surplus asks once for an answer, until there is one', () => {
    holds((each) => {
      for (const one of each.airports) {
        const { notes, details } = phrasesOf(each, language);
        const lines = [...notes(one), ...details(one)].join('\n');
        const asked = lines.split('flowcollect audit amend').length - 1;
        expect([0, one.verdict.surplus?.answered === null ? 2 : 0]).toContain(asked);
      }
    });
  });
});

it('English holds no Chinese, whatever was found', () => {
  fc.assert(
    fc.property(randomReports, (each) => {
      // The example's only device.
      expect(reportText(each, 'en').replaceAll('手机', '')).not.toMatch(/\p{Script=Han}/u);
    }),
    { numRuns: 100 },
  );
});
