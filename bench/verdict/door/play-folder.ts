import { SettingsError } from '../../../core/settings.ts';
import { play } from '../play/player.ts';
import { DaysError } from './days-error.ts';
import { lookLines } from './look-line.ts';
import { readDays } from './read-days.ts';

/**
 * Plays a folder of days: one line of JSON a look and airport.
 *
 * @param write one line for standard output; resolves when more may be written
 * @returns the exit code: 0 played, 2 the folder cannot be read
 */
export async function playFolder(
  path: string,
  options: { readonly texts: boolean },
  write: (line: string) => Promise<void>,
): Promise<number> {
  try {
    const days = await readDays(path);
    for await (const look of play(days)) {
      for (const line of await lookLines(look, days.config, options)) await write(`${JSON.stringify(line)}\n`);
    }
    return 0;
  } catch (error) {
    if (!(error instanceof DaysError || error instanceof SettingsError)) throw error;
    console.error(error.message);
    return 2;
  }
}
