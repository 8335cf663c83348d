import { chmod, mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { readGatewayConfig } from '../config.ts';
import { identify } from './authenticate.ts';
import { findReader } from './reader-token.ts';
import { addReader, addToken, listTokens, revokeReader, revokeToken, TokenError } from './token-store.ts';

const START = '# my server\n[server]\nServerToken = shared\n';
let path: string;
beforeEach(async () => {
  path = join(await mkdtemp(join(tmpdir(), 'flowcollect-tokens-')), 'ServerSetting.ini');
  await writeFile(path, START);
});

const read = () => readFile(path, 'utf8');
const whoIs = async (token: string) => {
  const { settings } = readGatewayConfig('ServerSetting.ini', await read());
  const found = identify(`Bearer ${token}`, settings.tokens);
  return found === undefined ? undefined : [found.user, found.deviceId];
};

describe('tokens in the settings file', () => {
  it('are made for a device, kept as hash, and known at once', async () => {
    const token = await addToken(path, { deviceId: '客厅 1' }, 'living room');
    expect(await whoIs(token)).toEqual(['default', '客厅 1']);
    expect(await read()).not.toContain(token);
    expect((await read()).startsWith(START)).toBe(true);
  });

  it('are made for a user and for a device of a user, who is added', async () => {
    const phone = await addToken(path, { user: 'alice', deviceId: 'phone' }, undefined);
    const any = await addToken(path, { user: 'alice' }, undefined);
    expect([await whoIs(phone), await whoIs(any)]).toEqual([
      ['alice', 'phone'],
      ['alice', undefined],
    ]);
    expect(await whoIs('shared')).toEqual(['default', undefined]);
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
    await chmod(path, 0o640);
    await addToken(path, { user: 'alice' }, undefined);
    if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777).toBe(0o640);
  });

  it.each([
    [{}, undefined, 'whose token'],
    [{ deviceId: 'a]b' }, undefined, 'cannot hold this name'],
    [{ user: 'a/b' }, undefined, '"/"'],
    [{ user: 'alice' }, 'a note that goes on,', 'one line'],
    [{ user: 'alice' }, 'one\nToken = x', 'one line'],
  ])('are not made where the file could not hold them: %j %j', async (owner, note, message) => {
    await expect(addToken(path, owner, note)).rejects.toThrow(message);
    expect(await read()).toBe(START);
  });

  it('do not move from one user to another', async () => {
    await addToken(path, { user: 'alice', deviceId: 'phone' }, undefined);
    await expect(addToken(path, { user: 'bob', deviceId: 'phone' }, undefined)).rejects.toThrow(
      'belongs to user alice',
    );
  });
});

describe('tokens of readers', () => {
  const whoReads = async (user: string, token: string) =>
    findReader({ user, token }, readGatewayConfig('ServerSetting.ini', await read()).settings.readers);

  it('are made for a user, kept as hash beside the token of the devices, and good for reading alone', async () => {
    const push = await addToken(path, { user: 'alice' }, undefined);
    const token = await addReader(path, 'alice');
    expect(await read()).not.toContain(token);
    expect(await whoReads('alice', token)).toBe('alice');
    expect([await whoReads('bob', token), await whoReads('alice', push)]).toEqual([undefined, undefined]);
    expect([await whoIs(token), await whoIs(push)]).toEqual([undefined, ['alice', undefined]]);
  });

  it('are replaced and revoked', async () => {
    const [first, second] = [await addReader(path, '小明'), await addReader(path, '小明')];
    expect([await whoReads('小明', first), await whoReads('小明', second)]).toEqual([undefined, '小明']);
    await revokeReader(path, '小明');
    expect(await whoReads('小明', second)).toBeUndefined();
    await expect(revokeReader(path, '小明')).rejects.toThrow('has no ReaderToken');
  });

  it('are not made for a name that would not arrive as it is', async () => {
    await expect(addReader(path, 'a:b')).rejects.toThrow('must not contain ":"');
    await expect(addReader(path, ' a')).rejects.toBeInstanceOf(TokenError);
    expect(await read()).toBe(START);
  });
});
