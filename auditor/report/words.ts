import type { Language } from '../../core/language.ts';
import type { ReasonCode } from '../verdict/reason.ts';
import { onOneLine } from './shown-name.ts';
import type { Words } from './wording.ts';
import { ENGLISH } from './words-en.ts';
import { CHINESE } from './words-zh.ts';

export function wordsOf(language: Language): Words {
  return language === 'zh' ? CHINESE : ENGLISH;
}

/** Reasons as one text, such as `响应里没有流量信息`. */
export function reasonText(words: Words, reasons: readonly { code: ReasonCode; detail?: string }[]): string {
  return reasons.map(({ code, detail }) => words.reasons[code](onOneLine(detail ?? ''))).join(words.separator);
}
