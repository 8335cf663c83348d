import type { Language } from '../../core/language.ts';

/** What a check found: all well, something that works worse than it could, or something to mend. */
export interface Finding {
  readonly verdict: 'good' | 'warning' | 'bad';
  readonly text: string;
}

const find =
  (verdict: Finding['verdict']) =>
  (language: Language, zh: string, en: string): Finding => ({ verdict, text: language === 'zh' ? zh : en });

export const good = find('good');
export const warning = find('warning');
export const bad = find('bad');
