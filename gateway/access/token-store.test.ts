import { chmod, lchown, mkdtemp, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { tokenFileOf } from '../../runtime/settings-file.ts';
import { readGatewayConfig, withTokens } from '../config.ts';
import { identify } from './authenticate.ts';
import { findReader } from './reader-token.ts';
import {
  addReader,
  addToken,
  listTokens,
  readTokenFile,
  revokeReader,
  revokeToken,
  TokenError,
} from './token-store.ts';

const START = '# my server\n[server]\nServerToken = shared\n';
let path: string;
beforeEach(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'flowcollect-tokens-')), 'ServerSetting.ini');
  await writeFile(path, START);
});

/** Settings that name users. */
const naming = (...users: readonly string[]) =>
  writeFile(path, `${START}${users.map((user) => `[user.${user}]\n`).join('')}`);
const readTokens = () => readFile(tokenFileOf(path), 'utf8');
const config = async () =>
  withTokens(readGatewayConfig('ServerSetting.ini', await readFile(path, 'utf8')).settings, await readTokenFile(path));
const whoIs = async (token: string) => {
  const found = identify(`Bearer ${token}`, (await config()).tokens);
  return found === undefined ? undefined : [found.user, found.deviceId];
};

describe('tokens in a file of their own', () => {
  it('are made for a device, kept as hash, and known at once', async () => {
    const token = await addToken(path, { deviceId: '客厅 1' }, 'living room');
    expect(await whoIs(token)).toEqual(['default', '客厅 1']);
    expect(await readTokens()).not.toContain(token);
    expect(await readFile(path, 'utf8')).toBe(START);
    // A service of another user reads it: the tokens are hashes of random ones.
    if (process.platform !== 'win32') expect((await stat(tokenFileOf(path))).mode & 0o777).toBe(0o644);
  });

  it.runIf(process.getuid?.() === 0)('are not written by root to where another user’s link leads', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'flowcollect-elsewhere-'));
    const folder = dirname(tokenFileOf(path));
    await symlink(elsewhere, folder);
    await lchown(folder, 12_345, 12_345);
    await expect(addToken(path, { deviceId: 'phone' }, undefined)).rejects.toThrow('ELOOP');
    await expect(revokeToken(path, { deviceId: 'phone' })).rejects.toThrow('ELOOP');
    expect((await stat(elsewhere)).mode & 0o777).toBe(0o700);
    expect(await readdir(elsewhere)).toEqual([]);
  });

  it('are in a folder that services may look into', async () => {
    await addToken(path, { deviceId: 'phone' }, undefined);
    if (process.platform !== 'win32') expect((await stat(dirname(tokenFileOf(path)))).mode & 0o777).toBe(0o755);
  });

  it('are made for a user and for a device of a user', async () => {
    await naming('alice');
    const phone = await addToken(path, { user: 'alice', deviceId: 'phone' }, undefined);
    const any = await addToken(path, { user: 'alice' }, undefined);
    expect([await whoIs(phone), await whoIs(any)]).toEqual([
      ['alice', 'phone'],
      ['alice', undefined],
    ]);
    expect(await whoIs('shared')).toEqual(['default', undefined]);
  });

  it('are not made for a user whom the settings do not name, and neither are those of readers', async () => {
    await naming('alice');
    const refused =
      'there is no user alcie; there are: default, alice. For a new one, write the line [user.alcie] into';
    await expect(addToken(path, { user: 'alcie' }, undefined)).rejects.toThrow(refused);
    await expect(addToken(path, { user: 'alcie', deviceId: 'phone' }, undefined)).rejects.toThrow(refused);
    await expect(addReader(path, 'alcie')).rejects.toThrow(refused);
    expect(await readFile(path, 'utf8')).not.toContain('alcie');
    await expect(readTokens()).rejects.toThrow('ENOENT');
  });

  it('take the place of an older one', async () => {
    const first = await addToken(path, { deviceId: 'phone' }, 'mine');
    const second = await addToken(path, { deviceId: 'phone' }, undefined);
    expect([await whoIs(first), await whoIs(second)]).toEqual([undefined, ['default', 'phone']]);
    expect((await listTokens(path))[0]?.note).toBe('mine');
  });

  it('are revoked, while their section stays', async () => {
    const token = await addToken(path, { deviceId: 'phone' }, 'mine');
    await revokeToken(path, { deviceId: 'phone' });
    expect(await whoIs(token)).toBeUndefined();
    expect(await listTokens(path)).toEqual([
      { section: 'device.phone', user: 'default', deviceId: 'phone', note: 'mine' },
    ]);
    await expect(revokeToken(path, { deviceId: 'phone' })).rejects.toBeInstanceOf(TokenError);
  });

  it('leave the permissions of the file as they were', async () => {
    await naming('alice', 'bob');
    await addToken(path, { user: 'alice' }, undefined);
    await chmod(tokenFileOf(path), 0o640);
    await addToken(path, { user: 'bob' }, undefined);
    if (process.platform !== 'win32') expect((await stat(tokenFileOf(path))).mode & 0o777).toBe(0o640);
  });

  it.each([
    [{}, undefined, 'whose token'],
    [{ deviceId: 'a]b' }, undefined, 'cannot hold this name'],
    [{ user: 'a/b' }, undefined, '"/"'],
    [{ deviceId: 'phone' }, 'one\nToken = x', 'line break'],
  ])('are not made where the file could not hold them: %j %j', async (owner, note, message) => {
    await expect(addToken(path, owner, note)).rejects.toThrow(message);
    await expect(readTokens()).rejects.toThrow('ENOENT');
  });

  it('hold instead of what the settings say of the same section, which stays as it is', async () => {
    const written = `${START}[user.alice]\nNote = flatmate\nReaderToken = reads\n[device.phone]\nUser = alice\nToken = by-hand\n`;
    await writeFile(path, written);
    expect(await whoIs('by-hand')).toEqual(['alice', 'phone']);
    const token = await addToken(path, { deviceId: 'phone' }, undefined);
    expect([await whoIs('by-hand'), await whoIs(token)]).toEqual([undefined, ['alice', 'phone']]);
    await revokeToken(path, { deviceId: 'phone' });
    expect([await whoIs('by-hand'), await whoIs(token)]).toEqual([undefined, undefined]);
    await revokeReader(path, 'alice');
    expect((await config()).readers).toEqual([]);
    expect(await listTokens(path)).toEqual([
      { section: 'user.alice', user: 'alice', note: 'flatmate' },
      { section: 'device.phone', user: 'alice', deviceId: 'phone', note: '' },
    ]);
    expect(await readFile(path, 'utf8')).toBe(written);
  });

  it('are dead once the settings do not name their user any more', async () => {
    await naming('alice');
    const [push, phone] = [
      await addToken(path, { user: 'alice' }, undefined),
      await addToken(path, { user: 'alice', deviceId: 'phone' }, undefined),
    ];
    const reads = await addReader(path, 'alice');
    await naming();
    expect([await whoIs(push), await whoIs(phone)]).toEqual([undefined, undefined]);
    expect(findReader({ user: 'alice', token: reads }, (await config()).readers)).toBeUndefined();
  });

  it('do not move from one user to another', async () => {
    await naming('alice', 'bob');
    await addToken(path, { user: 'alice', deviceId: 'phone' }, undefined);
    await expect(addToken(path, { user: 'bob', deviceId: 'phone' }, undefined)).rejects.toThrow(
      'belongs to user alice',
    );
  });
});

describe('tokens of readers', () => {
  const whoReads = async (user: string, token: string) => findReader({ user, token }, (await config()).readers)?.user;

  it('are made for a user, kept as hash next to the token of the devices, and good for reading alone', async () => {
    await naming('alice', 'bob');
    const push = await addToken(path, { user: 'alice' }, undefined);
    const token = await addReader(path, 'alice');
    expect(await readTokens()).not.toContain(token);
    expect(await whoReads('alice', token)).toBe('alice');
    expect([await whoReads('bob', token), await whoReads('alice', push)]).toEqual([undefined, undefined]);
    expect([await whoIs(token), await whoIs(push)]).toEqual([undefined, ['alice', undefined]]);
  });

  it('are replaced and revoked', async () => {
    await naming('小明');
    const [first, second] = [await addReader(path, '小明'), await addReader(path, '小明')];
    expect([await whoReads('小明', first), await whoReads('小明', second)]).toEqual([undefined, '小明']);
    await revokeReader(path, '小明');
    expect(await whoReads('小明', second)).toBeUndefined();
    await expect(revokeReader(path, '小明')).rejects.toThrow('has no ReaderToken');
  });

  it('are not made for a name that would not arrive as it is', async () => {
    await expect(addReader(path, 'a:b')).rejects.toThrow('must not contain ":"');
    await expect(addReader(path, ' a')).rejects.toBeInstanceOf(TokenError);
    await expect(readTokens()).rejects.toThrow('ENOENT');
  });
});
