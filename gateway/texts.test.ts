import { expect, it } from 'vitest';
import { expectBothLanguages } from '../test/text-table.ts';
import { TEXTS as ACCESS_TEXTS, COMMAND_TEXTS } from './access/texts.ts';
import { TEXTS as ADMIN_TEXTS, PROBLEM_TEXTS } from './admin/texts.ts';
import { TEXTS } from './texts.ts';

it('says all of the gateway in both languages', () => {
  for (const table of [TEXTS, ACCESS_TEXTS, COMMAND_TEXTS, ADMIN_TEXTS]) expectBothLanguages(table);
  for (const text of Object.values(PROBLEM_TEXTS)) expect(text).toMatch(/\p{Script=Han}/u);
});
