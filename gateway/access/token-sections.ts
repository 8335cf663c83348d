import * as z from 'zod/mini';
import { deviceIdProblem } from '../../core/device-id.ts';
import { isExample, TOKEN_HASH, userSchema } from '../../core/server-settings.ts';
import { SettingsReader } from '../../core/settings.ts';
import { hashToken, type Token } from './authenticate.ts';
import { type Reader, readerNameProblem } from './reader-token.ts';
import { TEXTS } from './texts.ts';

/** The user of the one shared token, and of a `[device.ID]` that names none. */
export const DEFAULT_USER = 'default';

const DeviceSection = z.extend(z.pick(userSchema, { Token: true, Note: true }), {
  User: z._default(z.string(), DEFAULT_USER),
});

/** One `[user.NAME]` or `[device.ID]`. */
export interface TokenSection {
  /** As in the file, such as `device.phone`. */
  readonly section: string;
  readonly user: string;
  /** Absent in a section of a user, whose token fits any device. */
  readonly deviceId?: string;
  readonly note: string;
  /** Absent once it is revoked. */
  readonly hash?: Buffer;
  /** Of a user's reader; absent where there is none. */
  readonly readerHash?: Buffer;
}

/** A token as it is kept in the settings: reading the file lets nobody push. */
export function writeHash(token: string): string {
  return `sha256:${hashToken(token).toString('hex')}`;
}

/** Whether a setting holds a token's hash and not the token itself. */
export function isHash(setting: string): boolean {
  return TOKEN_HASH.test(setting);
}

/** What a setting holds, the token itself or its hash, as hash. */
export function readHash(setting: string): Buffer {
  const hex = TOKEN_HASH.exec(setting)?.[1];
  return hex === undefined ? hashToken(setting) : Buffer.from(hex, 'hex');
}

/** All `[user.NAME]` and `[device.ID]` sections; what is wrong with them becomes a problem of the reader. */
export function readTokenSections(reader: SettingsReader): TokenSection[] {
  return reader.document.sections.flatMap((section): TokenSection[] => {
    const [, kind, name = ''] = /^(user|device)\.(.*)$/s.exec(section) ?? [];
    if (kind === undefined) return [];
    const problem = deviceIdProblem(name);
    if (problem !== undefined) reader.problem(section, undefined, TEXTS.badSectionName(kind, problem));
    const entries = kind === 'user' ? reader.section(section, userSchema) : reader.section(section, DeviceSection);
    if (entries === undefined || problem !== undefined) return [];
    const { Token: setting, Note: note = '' } = entries;
    const hash = setting === undefined || isExample(setting) ? {} : { hash: readHash(setting) };
    if ('User' in entries) return [{ section, user: entries.User, deviceId: name, note, ...hash }];
    const reads = 'ReaderToken' in entries ? entries.ReaderToken : undefined;
    const readerHash = reads === undefined || isExample(reads) ? {} : { readerHash: readHash(reads) };
    return [{ section, user: name, note, ...hash, ...readerHash }];
  });
}

/** Users are named in the settings: a device of one that is not becomes a problem of the reader. */
export function checkUsers(sections: readonly TokenSection[], reader: SettingsReader): void {
  for (const { section, user, deviceId } of sections) {
    if (deviceId !== undefined && !isNamed(user, sections)) reader.problem(section, 'User', TEXTS.unknownUser);
  }
}

export function isNamed(user: string, sections: readonly TokenSection[]): boolean {
  return user === DEFAULT_USER || sections.some(({ section }) => section === `user.${user}`);
}

/** What the file that the commands write says of a section, in place of the settings. */
export interface TokensApart extends TokenSection {
  /** The keys that it sets, also to nothing: a token that was revoked. */
  readonly keys: ReadonlySet<string>;
}

/** The file that the commands write. @throws SettingsError */
export function readTokensApart(file: string, text: string): readonly TokensApart[] {
  const reader = new SettingsReader(file, text);
  const { settings } = reader.finish(readTokenSections(reader));
  return settings.map((each) => ({ ...each, keys: new Set(reader.document.entries(each.section).keys()) }));
}

/**
 * The sections of the settings with what the other file says in their place. Tokens of users whom the settings do not
 * name any more are good for nothing.
 */
export function withTokensApart(
  sections: readonly TokenSection[],
  apart: readonly TokensApart[],
): readonly TokenSection[] {
  const others = apart.filter(
    ({ section, user }) => isNamed(user, sections) && !sections.some((each) => each.section === section),
  );
  const changed = sections.map((own): TokenSection => {
    const other = apart.find(({ section }) => section === own.section);
    if (other === undefined) return own;
    const { hash, readerHash, ...rest } = own;
    const token = other.keys.has('Token') ? other.hash : hash;
    const reader = other.keys.has('ReaderToken') ? other.readerHash : readerHash;
    return {
      ...rest,
      ...(other.keys.has('User') ? { user: other.user } : {}),
      ...(other.note === '' ? {} : { note: other.note }),
      ...(token === undefined ? {} : { hash: token }),
      ...(reader === undefined ? {} : { readerHash: reader }),
    };
  });
  return [...changed, ...others.map(({ keys: _, ...section }) => section)];
}

/** The tokens that devices push with. @param shared that of all users */
export function pushTokens(sections: readonly TokenSection[], shared: Token | undefined): Token[] {
  const own = sections.flatMap(({ user, deviceId, hash }) =>
    hash === undefined ? [] : [{ hash, user, ...(deviceId === undefined ? {} : { deviceId }) }],
  );
  return shared === undefined ? own : [shared, ...own];
}

/** Who may read. */
export function readersOf(sections: readonly TokenSection[]): Reader[] {
  return sections.flatMap(({ user, readerHash: hash }) => (hash === undefined ? [] : [{ user, hash }]));
}

/** A token that two hold is a problem, since it is not clear whose it is, and so is a name that cannot be a reader's. */
export function checkTokens(
  sections: readonly TokenSection[],
  shared: Token | undefined,
  reader: SettingsReader,
): void {
  const seen = new Set(shared === undefined ? [] : [shared.hash.toString('hex')]);
  /** There may be thousands. */
  const isNew = (hash: Buffer): boolean => {
    const before = seen.size;
    return seen.add(hash.toString('hex')).size > before;
  };
  for (const { section, hash } of sections) {
    if (hash !== undefined && !isNew(hash)) reader.problem(section, 'Token', TEXTS.sameToken);
  }
  for (const { section, user, readerHash } of sections) {
    if (readerHash === undefined) continue;
    const problem = readerNameProblem(user);
    if (problem !== undefined) reader.problem(section, 'ReaderToken', TEXTS.badReaderName(problem));
    if (!isNew(readerHash)) reader.problem(section, 'ReaderToken', TEXTS.sameReaderToken);
  }
}
