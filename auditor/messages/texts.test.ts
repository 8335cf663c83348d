import { it } from 'vitest';
import { expectBothLanguages } from '../../test/text-table.ts';
import { SETTINGS_TEXTS, TEXTS } from './texts.ts';

it('says all of the auditor in both languages', () => {
  expectBothLanguages(TEXTS);
  expectBothLanguages(SETTINGS_TEXTS);
});
