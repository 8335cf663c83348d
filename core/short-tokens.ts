import { isExample, isShortToken, TOKEN_LENGTH } from './server-settings.ts';
import { SettingsError, type SettingsProblem, type SettingsReader } from './settings.ts';
import { TEXTS } from './texts.ts';

/** A token that a person chose, and chose shorter than a new one may be. */
export interface ShortToken {
  readonly section: string;
  readonly key: string;
  /** A secret. */
  readonly token: string;
}

/** The short tokens under these keys of `[server]`, `[user.NAME]` and `[device.ID]`; the example's opens nothing anyway. */
export function readShortTokens({ document }: SettingsReader, keys: readonly string[]): ShortToken[] {
  return document.sections
    .filter((section) => /^(?:server$|user\.|device\.)/.test(section))
    .flatMap((section) => [...document.entries(section)].map(([key, token]) => ({ section, key, token })))
    .filter(({ key }) => keys.some((each) => each.toLowerCase() === key.toLowerCase()))
    .filter(({ token }) => token !== '' && !isExample(token) && isShortToken(token));
}

/** What is said of them at each start. @param make the command that makes a longer one */
export function shortTokenWarnings(short: readonly ShortToken[], make: string): SettingsProblem[] {
  return short.map(({ section, key }) => ({ section, key, problem: TEXTS.shortToken(TOKEN_LENGTH, make) }));
}

/** Of an edit, those that are not in use yet. @throws SettingsError */
export function refuseNewShortTokens(
  file: string,
  edited: readonly ShortToken[],
  running: readonly ShortToken[],
  make: string,
): void {
  const problem = TEXTS.newShortToken(TOKEN_LENGTH, make);
  const problems = edited
    .filter(({ token }) => !running.some((each) => each.token === token))
    .map(({ section, key }) => ({ section, key, problem }));
  if (problems.length > 0) throw new SettingsError(file, problems);
}
