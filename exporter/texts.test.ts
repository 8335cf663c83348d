import { it } from 'vitest';
import { expectBothLanguages } from '../test/text-table.ts';
import { TEXTS as SETTINGS } from './config.ts';
import { TEXTS as DOCTOR } from './doctor/command.ts';
import { NOT_A_KERNEL_TEXTS } from './kernel/problem.ts';
import { TEXTS as RECORD } from './record/texts.ts';
import { TEXTS as REPLAY } from './replay/texts.ts';

it.each([SETTINGS, DOCTOR, NOT_A_KERNEL_TEXTS, RECORD, REPLAY])('says all of a device in both languages: $#', (texts) =>
  expectBothLanguages(texts),
);
