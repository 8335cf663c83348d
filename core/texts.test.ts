import { it } from 'vitest';
import { expectBothLanguages } from '../test/text-table.ts';
import { TEXTS } from './texts.ts';

it('says all of settings in both languages', () => expectBothLanguages(TEXTS));
