import { Command } from 'commander';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SettingsError } from '../core/settings.ts';
import { ArgumentError, endingSignal, runCommands } from './command-line.ts';

let said: string;
beforeEach(() => {
  said = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
  vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
});
afterEach(() => vi.restoreAllMocks());

const failing = (error: unknown): Command[] => [
  new Command('work').option('--fast').action(() => {
    throw error;
  }),
  new Command('parent').addCommand(new Command('child').requiredOption('--name <name>')),
];

it('ends with 0 when the command is done', async () => {
  expect(await runCommands([new Command('work').action(() => {})], ['work'])).toBe(0);
});

it('ends with 0 after its help', async () => {
  expect(await runCommands(failing(undefined), ['work', '--help'])).toBe(0);
});

it.each([
  [['work', '--slow'], 'unknown option'],
  [['parent', 'child'], '--name'],
  [['rest'], 'unknown command'],
])('ends with 2 on bad arguments: %j', async (argv, what) => {
  expect(await runCommands(failing(undefined), argv)).toBe(2);
  expect(said).toContain(what);
});

it.each([
  [new Error('the disk is full'), 1, 'the disk is full'],
  [new SettingsError('a.ini', [{ problem: 'is empty' }]), 2, 'a.ini: is empty'],
  [new ArgumentError('no such user'), 2, 'no such user'],
])('says what went wrong and ends: %s', async (error, code, message) => {
  expect(await runCommands(failing(error), ['work'])).toBe(code);
  expect(said).toBe(`flowcollect work: ${message}\n`);
});

it('outlives whoever read its output, and, if it runs until it is ended, a full disk too', async () => {
  await runCommands([new Command('work').action(() => {})], ['work']);
  const emit = (code: string) => () => process.stdout.emit('error', Object.assign(new Error(code), { code }));
  expect(emit('EPIPE')).not.toThrow();
  expect(emit('ENOSPC')).toThrow('ENOSPC');
  endingSignal();
  expect(emit('ENOSPC')).not.toThrow();
});
