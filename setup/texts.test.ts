import { it } from 'vitest';
import { expectBothLanguages } from '../test/text-table.ts';
import { TEXTS as INIT_TEXTS } from './init/messages.ts';
import { TEXTS as SERVICE_TEXTS } from './service/texts.ts';
import { TEXTS } from './texts.ts';

it('says all of the setting up in both languages', () => {
  for (const table of [TEXTS, INIT_TEXTS, SERVICE_TEXTS]) expectBothLanguages(table);
});
