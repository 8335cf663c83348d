import { it } from 'vitest';
import { expectBothLanguages } from '../test/text-table.ts';
import { NOT_A_KERNEL_TEXTS } from './kernel/problem.ts';
import { SETTINGS_TEXTS, TEXTS } from './texts.ts';

it('says all of a device in both languages', () => {
  expectBothLanguages(TEXTS);
  expectBothLanguages(SETTINGS_TEXTS);
  expectBothLanguages(NOT_A_KERNEL_TEXTS);
});
