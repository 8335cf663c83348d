import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import { deviceIdProblem } from '../../core/device-id.ts';
import { removeKey, setKey } from '../../core/ini.ts';
import { ArgumentError } from '../../core/language.ts';
import { SettingsReader } from '../../core/settings.ts';
import { changeSettingsText, readSettingsText } from '../../runtime/settings-file.ts';
import { hashToken } from './authenticate.ts';
import { readerNameProblem } from './reader-token.ts';
import { TEXTS } from './texts.ts';
import { DEFAULT_USER, readTokenSections, type TokenSection, writeHash } from './token-sections.ts';

/** Whose token: a device's, or one that fits every device of a user. */
export interface TokenOwner {
  readonly user?: string | undefined;
  readonly deviceId?: string | undefined;
}

const READER_KEY = 'ReaderToken';

/** A token that cannot be made or revoked; the message says how to fix it. */
export class TokenError extends ArgumentError {
  override readonly name = 'TokenError';
}

/** What the settings file holds besides the shared token. @throws SettingsError */
export async function listTokens(path: string): Promise<readonly TokenSection[]> {
  return sectionsOf(path, await readSettingsText(path));
}

/**
 * Makes a token, keeps its hash in the settings file in place of an older one, and gives it back: it is shown once.
 *
 * @throws SettingsError when the file is bad, TokenError when it cannot hold the owner
 */
export async function addToken(
  path: string,
  { user, deviceId }: TokenOwner,
  note: string | undefined,
): Promise<string> {
  const section = sectionOf({ user, deviceId });
  // In an INI text a value that ends in a comma goes on in the next line.
  if (note !== undefined && /[\r\n]|,\s*$/.test(note)) {
    throw new TokenError(TEXTS.badNote);
  }
  const token = randomBytes(32).toString('base64url');
  const withToken = (text: string): string => {
    const before = sectionsOf(path, text).find((each) => each.section === section);
    if (deviceId !== undefined && before !== undefined && user !== undefined && before.user !== user) {
      throw new TokenError(TEXTS.otherUser(section, before.user));
    }
    let next = text;
    if (deviceId !== undefined && user !== undefined && user !== DEFAULT_USER) {
      if (!sectionsOf(path, text).some((each) => each.section === `user.${user}`)) {
        next = setKey(next, sectionOf({ user }), 'Note', '');
      }
      next = setKey(next, section, 'User', user);
    }
    if (note !== undefined) next = setKey(next, section, 'Note', note);
    return setKey(next, section, 'Token', writeHash(token));
  };
  await change(path, withToken, (sections) => {
    const after = sections.find((each) => each.section === section);
    return after?.hash?.equals(hashToken(token)) === true && (user === undefined || after.user === user);
  });
  return token;
}

/** Takes a token away; its section stays, with its note. @throws SettingsError, or TokenError when there is none */
export async function revokeToken(path: string, owner: TokenOwner): Promise<void> {
  const section = sectionOf(owner);
  const withoutToken = (text: string): string => {
    const found = sectionsOf(path, text).find((each) => each.section === section);
    if (found?.hash === undefined) throw new TokenError(TEXTS.nothingToRevoke(section));
    return removeKey(text, section, 'Token');
  };
  await change(path, withoutToken, (sections) => {
    return sections.find((each) => each.section === section)?.hash === undefined;
  });
}

/**
 * Makes a user's reader token, keeps its hash in place of an older one, and gives it back: it is shown once.
 *
 * @throws SettingsError when the file is bad, TokenError when the name cannot be a reader's
 */
export async function addReader(path: string, user: string): Promise<string> {
  const section = sectionOf({ user });
  const problem = readerNameProblem(user);
  if (problem !== undefined) throw new TokenError(TEXTS.badName(problem));
  const token = randomBytes(32).toString('base64url');
  const withReader = (text: string): string => setKey(text, section, READER_KEY, writeHash(token));
  await change(path, withReader, (sections) => {
    const after = sections.find((each) => each.section === section);
    return after?.readerHash?.equals(hashToken(token)) === true;
  });
  return token;
}

/** Lets a user read no more. @throws SettingsError, or TokenError when the user could not anyway */
export async function revokeReader(path: string, user: string): Promise<void> {
  const section = sectionOf({ user });
  const withoutReader = (text: string): string => {
    if (sectionsOf(path, text).find((each) => each.section === section)?.readerHash === undefined) {
      throw new TokenError(TEXTS.noReader(section));
    }
    return removeKey(text, section, READER_KEY);
  };
  await change(path, withoutReader, (sections) => {
    return sections.find((each) => each.section === section)?.readerHash === undefined;
  });
}

function sectionOf({ user, deviceId }: TokenOwner): string {
  const name = deviceId ?? user;
  if (name === undefined) throw new TokenError(TEXTS.noOwner);
  const problem = deviceIdProblem(name) ?? (user === undefined ? undefined : deviceIdProblem(user));
  if (problem !== undefined) throw new TokenError(TEXTS.badName(problem));
  if (/[\]"'=]/.test(name) || name !== name.trim()) {
    throw new TokenError(TEXTS.unwritableName);
  }
  return deviceId === undefined ? `user.${name}` : `device.${name}`;
}

function sectionsOf(path: string, text: string): readonly TokenSection[] {
  const reader = new SettingsReader(basename(path), text);
  return reader.finish(readTokenSections(reader)).settings;
}

/** Writes only what reads back as it was meant. */
function change(
  path: string,
  edit: (text: string) => string,
  isMeant: (sections: readonly TokenSection[]) => boolean,
): Promise<void> {
  return changeSettingsText(path, (text) => {
    const next = edit(text);
    if (!isMeant(sectionsOf(path, next))) throw new TokenError(TEXTS.unsafeEdit);
    return next;
  });
}
