import { CommanderError } from 'commander';
import { expect, it, vi } from 'vitest';
import { parseArguments } from './arguments.ts';

it('reads what each command takes', () => {
  expect(parseArguments(['kernel', '--recording', 'a.ndjson.gz', '--speed', '10', '--paused'])).toMatchObject({
    parts: ['kernel'],
    recording: 'a.ndjson.gz',
    speed: 10,
    paused: true,
    kernelPort: 0,
    secret: '',
  });
  expect(parseArguments(['all', '--leak', '5000000', '--airport-port', '1234'])).toMatchObject({
    parts: ['kernel', 'airport', 'mailbox', 'telegram'],
    leak: 5_000_000,
    airportPort: 1234,
    shape: 'household',
  });
});

it.each([
  [[]],
  [['ship']],
  [['kernel', '--kernel-port', '99999']],
  [['kernel', '--speed', 'fast']],
  [['kernel', '--shape', 'round']],
  [['mailbox', '--leak', '1']],
])('refuses %j', (argv) => {
  const quiet = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  expect(() => parseArguments(argv)).toThrow(CommanderError);
  quiet.mockRestore();
});
