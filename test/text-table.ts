import { expect } from 'vitest';
import type { Messages, Text } from '../core/language.ts';

/** What no text holds by itself; given where a text takes a number, a word, or another text in both languages. */
const MARKS = ['⟪1⟫', '⟪2⟫', '⟪3⟫', '⟪4⟫'];
const parameter = (mark: string): unknown => Object.assign(Object(mark), { zh: mark, en: mark });

/** Every message of a part is Chinese and English, and both hold all its parameters. */
export function expectBothLanguages(messages: Messages): void {
  for (const [name, message] of Object.entries(messages)) {
    const marks = typeof message === 'function' ? MARKS.slice(0, message.length) : [];
    const said =
      typeof message === 'function' ? (message as (...given: unknown[]) => Text)(...marks.map(parameter)) : message;
    const { zh, en } = said;
    if (typeof zh !== 'string' || typeof en !== 'string') {
      expectBothLanguages(said as Messages);
      continue;
    }
    expect(zh, name).toMatch(/[\p{Script=Han}、。，：]/u);
    expect(en, name).toMatch(/[a-z,:]/i);
    expect(en, name).not.toMatch(/\p{Script=Han}/u);
    for (const mark of marks) {
      expect(zh, name).toContain(mark);
      expect(en, name).toContain(mark);
    }
  }
}
