import { expect, it } from 'vitest';
import { SettingsError, SettingsReader } from './settings.ts';
import { readShortTokens, refuseNewShortTokens } from './short-tokens.ts';

const KEYS = ['ServerToken', 'Token'];
const shortOf = (...lines: string[]) =>
  readShortTokens(new SettingsReader('ServerSetting.ini', ['[server]', ...lines].join('\n')), KEYS);

it('finds short tokens in every spelling of their keys, and nothing that is long, empty, the example or no token', () => {
  const short = shortOf(
    'servertoken = 十五个字符',
    'ListenPort = :1',
    '[user.a]',
    'Token = change-me',
    '[user.b]',
    'Token =',
    '[user.c]',
    'Token = sixteen-chars-16',
    '[device.d]',
    'TOKEN = d',
    '[telegram]',
    'Token = t',
  );
  expect(short).toEqual([
    { section: 'server', key: 'servertoken', token: '十五个字符' },
    { section: 'device.d', key: 'TOKEN', token: 'd' },
  ]);
});

it('refuses those of an edit that are not in use yet, wherever those in use have moved, without telling them', () => {
  const running = shortOf('ServerToken = one');
  const refusal = (...lines: string[]): string => {
    try {
      refuseNewShortTokens('ServerSetting.ini', shortOf(...lines), running, 'make token');
      return '';
    } catch (error) {
      return error instanceof SettingsError ? error.message : String(error);
    }
  };
  expect(refusal('[device.a]', 'Token = one')).toBe('');
  expect(refusal('ServerToken = one', '[device.a]', 'Token = hunter2')).toBe(
    'ServerSetting.ini: [device.a] Token: a new token must have at least 16 characters; make one with: make token',
  );
});
