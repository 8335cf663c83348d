import { type Language, type Text, translate, UserFacingError } from '../core/language.ts';
import { CODE_WORDS, TEXTS } from './texts.ts';

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

/** Something has to be fixed; what, was printed. */
export class UnhealthyError extends UserFacingError {
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

/** Puts what it means before a code of the system that stands alone in brackets. */
function codesInWords(text: string, language: Language): string {
  return text.replace(/([(（])([A-Z][A-Z_]+)(?=[)）])/g, (whole, bracket: string, code: string) => {
    const words = CODE_WORDS.get(code);
    return words === undefined
      ? whole
      : `${bracket}${translate(words, language)}${language === 'zh' ? '，' : ', '}${code}`;
  });
}
