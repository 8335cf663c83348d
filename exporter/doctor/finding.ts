import type { Text } from '../../core/language.ts';

/** What a check found: all well, something that works worse than it could, or something to mend. */
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
