import { expect } from 'vitest';
import type { Text, TextTable } from '../core/language.ts';

/** What no text holds by itself; given where a text takes a number, a word, or another text in both languages. */
const MARKS = ['⟪1⟫', '⟪2⟫', '⟪3⟫', '⟪4⟫'];
const parameter = (mark: string): unknown =>
  Object.assign(Object(mark), {
    *[Symbol.iterator]() {
      yield mark;
      yield mark;
    },
  });

/** Every text of a part is Chinese and English, and both hold all its parameters. */
export function expectBothLanguages(table: TextTable): void {
  for (const [name, entry] of Object.entries(table)) {
    const marks = typeof entry === 'function' ? MARKS.slice(0, entry.length) : [];
    const [zh, en]: Text =
      typeof entry === 'function' ? (entry as (...given: unknown[]) => Text)(...marks.map(parameter)) : entry;
    expect(zh, name).toMatch(/[\p{Script=Han}、。，：]/u);
    expect(en, name).toMatch(/[a-z,:]/i);
    expect(en, name).not.toMatch(/\p{Script=Han}/u);
    for (const mark of marks) {
      expect(zh, name).toContain(mark);
      expect(en, name).toContain(mark);
    }
  }
}
