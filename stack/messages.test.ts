import { it } from 'vitest';
import { expectBothLanguages } from '../test/text-table.ts';
import { TEXTS } from './messages.ts';

it('says in both languages why the stack ended', () => expectBothLanguages(TEXTS));
