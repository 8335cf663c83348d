import { expect, it } from 'vitest';
import { expectBothLanguages } from '../test/text-table.ts';
import { BUNDLE_OF_COMMAND } from './commands.ts';
import { COMMAND_TEXTS, TEXTS } from './texts.ts';

it('says of every command in both languages what it is for', () => {
  expect(Object.keys(COMMAND_TEXTS).sort()).toEqual([...BUNDLE_OF_COMMAND.keys()].sort());
  expectBothLanguages(COMMAND_TEXTS);
  expectBothLanguages(TEXTS);
});
