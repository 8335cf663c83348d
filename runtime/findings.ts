import { type Language, type Text, translate, UserFacingError } from '../core/language.ts';
import { codesInWords } from './code-words.ts';
import { TEXTS } from './texts.ts';

/** What a check found: all well, something that works worse than it could, or something to fix. */
export interface Finding {
  readonly verdict: 'good' | 'warning' | 'bad';
  readonly text: Text;
}

const find =
  (verdict: Finding['verdict']) =>
  (text: Text): Finding => ({ verdict, text });

export const good = find('good');
export const warning = find('warning');
export const bad = find('bad');

/** A Date header tells whole seconds, and a minute more or less spoils no day. */
const MOST_SKEW_S = 60;

/**
 * What this machine's clock is by the Date header of a server's answer.
 *
 * @param asked when it was asked by this clock, epoch milliseconds, and `answered` when it had answered
 * @param server whose clock, and `wrong` what is wrong where the two differ
 * @returns undefined where the header names no date
 */
export function clockFinding(
  header: string | null | undefined,
  { asked, answered }: { readonly asked: number; readonly answered: number },
  server: Text,
  wrong: Text,
): Finding | undefined {
  const skew = Math.round(((asked + answered) / 2 - Date.parse(header ?? '')) / 1000);
  if (Number.isNaN(skew)) return undefined;
  if (Math.abs(skew) <= MOST_SKEW_S) {
    return good({ zh: `时钟与${server.zh}一致`, en: `the clock agrees with that of ${server.en}` });
  }
  const by = Math.abs(skew);
  return bad({
    zh: `本机时钟比${server.zh}${skew > 0 ? '快' : '慢'} ${by} 秒：${wrong.zh}；请开启时间同步（NTP）`,
    en: `this clock is ${by} s ${skew > 0 ? 'ahead of' : 'behind'} that of ${server.en}: ${wrong.en}; turn on time synchronisation (NTP)`,
  });
}

/** Something has to be fixed; what, was printed. */
class UnhealthyError extends UserFacingError {
  override readonly name = 'UnhealthyError';
}

const MARKS: Readonly<Record<Finding['verdict'], string>> = { good: '✓', warning: '!', bad: '✗' };

/** Prints what was found, for people or programs. @throws UnhealthyError where something is to be fixed */
export function printFindings(
  findings: readonly Finding[],
  print: (text: string) => void,
  language: Language,
  json: boolean,
): void {
  const said = findings.map(({ verdict, text }) => ({
    verdict,
    text: codesInWords(translate(text, language), language),
  }));
  if (json) print(JSON.stringify(said, undefined, 2));
  else for (const { verdict, text } of said) print(`${MARKS[verdict]} ${text}`);
  const faults = findings.filter(({ verdict }) => verdict === 'bad').length;
  if (faults > 0) throw new UnhealthyError(TEXTS.toFix(faults));
}
