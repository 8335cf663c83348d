import { expect, it } from 'vitest';
import { expectBothLanguages } from '../test/text-table.ts';
import { REFUSED_TEXTS, SETTINGS_TEXTS, TEXTS, TOKEN_TEXTS } from './texts.ts';

it('says all of the gateway in both languages', () => {
  for (const table of [TEXTS, TOKEN_TEXTS, SETTINGS_TEXTS]) expectBothLanguages(table);
  for (const text of Object.values(REFUSED_TEXTS)) expect(text).toMatch(/\p{Script=Han}/u);
});
