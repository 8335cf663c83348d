import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import { deviceIdProblem } from '../../core/device-id.ts';
import { setKey } from '../../core/ini.ts';
import { ArgumentError, type Text } from '../../core/language.ts';
import { SettingsError, SettingsReader } from '../../core/settings.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Reload } from '../../runtime/reload.ts';
import {
  changeTokenFile,
  openReload,
  readSettingsText,
  readTokenText,
  tokenFileOf,
} from '../../runtime/settings-file.ts';
import { readerNameProblem } from './reader-token.ts';
import { TEXTS } from './texts.ts';
import {
  checkUsers,
  DEFAULT_USER,
  isNamed,
  readTokenSections,
  readTokensApart,
  type TokenSection,
  type TokensApart,
  withTokensApart,
  writeHash,
} from './token-sections.ts';

/** Whose token: a device's, or one that fits every device of a user. */
interface TokenOwner {
  readonly user?: string | undefined;
  readonly deviceId?: string | undefined;
}

const READER_KEY = 'ReaderToken' as const;

/** A token that cannot be made or revoked; the message says how to fix it. */
export class TokenError extends ArgumentError {
  override readonly name = 'TokenError';
}

/** What settings and the file of the commands hold besides the shared token. @throws SettingsError */
export async function listTokens(path: string): Promise<readonly TokenSection[]> {
  const apart = await readTokenFile(path);
  return withTokensApart(sectionsOf(path, await readSettingsText(path)), apart);
}

/** What the commands have written for the settings of this path. @throws SettingsError */
export async function readTokenFile(path: string): Promise<readonly TokensApart[]> {
  return readTokensApart(basename(tokenFileOf(path)), (await readTokenText(path)) ?? '');
}

/** The same, followed apart from the settings: bad ones must not keep a revoked token alive. */
export function openTokenFile(settings: string, logger: Logger): Promise<Reload<readonly TokensApart[]>> {
  const path = tokenFileOf(settings);
  let there = false;
  return openReload({
    name: 'tokens',
    paths: [path],
    async load() {
      const text = await readTokenText(settings);
      // Without it, tokens that were revoked there would be good again.
      if (text === undefined && there) throw new SettingsError(path, [{ problem: TEXTS.tokensGone }]);
      there ||= text !== undefined;
      return text ?? '';
    },
    parse: (text) => readTokensApart(basename(path), text),
    logger,
  });
}

/**
 * Makes a token, keeps its hash in place of an older one, and gives it back: it is shown once.
 *
 * @throws SettingsError when a file is bad, TokenError when it cannot hold the owner
 */
export async function addToken(
  path: string,
  { user, deviceId }: TokenOwner,
  note: string | undefined,
): Promise<string> {
  const section = sectionOf({ user, deviceId });
  const token = randomBytes(32).toString('base64url');
  if (user !== undefined) await requireUser(path, user);
  await change(path, (sections, text) => {
    const before = sections.find((each) => each.section === section);
    if (deviceId !== undefined && before !== undefined && user !== undefined && before.user !== user) {
      throw new TokenError(TEXTS.otherUser(section, before.user));
    }
    const owner = user ?? before?.user ?? DEFAULT_USER;
    let next = text;
    if (deviceId !== undefined && owner !== DEFAULT_USER) next = setKey(next, section, 'User', owner);
    if (note !== undefined) next = setKey(next, section, 'Note', note);
    return setKey(next, section, 'Token', writeHash(token));
  });
  return token;
}

/** Takes a token away; its section stays, with its note. @throws SettingsError, or TokenError when there is none */
export function revokeToken(path: string, owner: TokenOwner): Promise<void> {
  return revoke(path, sectionOf(owner), 'Token', TEXTS.nothingToRevoke);
}

/**
 * Makes a user's reader token, keeps its hash in place of an older one, and gives it back: it is shown once.
 *
 * @throws SettingsError when a file is bad, TokenError when the name cannot be a reader's
 */
export async function addReader(path: string, user: string): Promise<string> {
  const section = sectionOf({ user });
  const problem = readerNameProblem(user);
  if (problem !== undefined) throw new TokenError(TEXTS.badName(problem));
  const token = randomBytes(32).toString('base64url');
  await requireUser(path, user);
  await change(path, (_, text) => setKey(text, section, READER_KEY, writeHash(token)));
  return token;
}

/** Lets a user read no more. @throws SettingsError, or TokenError when the user could not anyway */
export function revokeReader(path: string, user: string): Promise<void> {
  return revoke(path, sectionOf({ user }), READER_KEY, TEXTS.noReader);
}

async function revoke(
  path: string,
  section: string,
  key: 'Token' | typeof READER_KEY,
  nothing: (section: string) => Text,
): Promise<void> {
  const own = sectionsIfUsable(path, await readSettingsText(path));
  const file = basename(tokenFileOf(path));
  await changeTokenFile(path, (text) => {
    const found = withTokensApart(own ?? [], readTokensApart(file, text)).find((each) => each.section === section);
    // Settings that cannot be used may hold one, which a running gateway goes on with: it must go all the same.
    if (own !== undefined && found?.[key === 'Token' ? 'hash' : 'readerHash'] === undefined) {
      throw new TokenError(nothing(section));
    }
    return setKey(text, section, key, '');
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
  const sections = readTokenSections(reader);
  checkUsers(sections, reader);
  return reader.finish(sections).settings;
}

function sectionsIfUsable(path: string, text: string): readonly TokenSection[] | undefined {
  try {
    return sectionsOf(path, text);
  } catch (error) {
    if (error instanceof SettingsError) return undefined;
    throw error;
  }
}

/** Users are named in the settings: one who is not may be a typo. @throws SettingsError, or TokenError */
async function requireUser(path: string, user: string): Promise<void> {
  const sections = sectionsOf(path, await readSettingsText(path));
  if (isNamed(user, sections)) return;
  const named = sections.flatMap((each) => (each.deviceId === undefined ? [each.user] : []));
  throw new TokenError(TEXTS.noUser(user, [DEFAULT_USER, ...named].join(', '), basename(path)));
}

/**
 * Changes the file of the commands by what both files say.
 *
 * @param edit is given all sections and the text of that file
 */
async function change(path: string, edit: (sections: readonly TokenSection[], text: string) => string): Promise<void> {
  const own = sectionsOf(path, await readSettingsText(path));
  const file = basename(tokenFileOf(path));
  await changeTokenFile(path, (text) => edit(withTokensApart(own, readTokensApart(file, text)), text));
}
