import { expect, it } from 'vitest';
import { pairingCode } from '../pairing-code.ts';
import { firstLanguage } from './first-language.ts';

const code = (language?: 'zh' | 'en') => pairingCode({ server: 'https://vps.example.com', token: 'tok', language });
const inLocale = (locale: Readonly<Record<string, string>>) => (name: string) => locale[name];

it('is that of the pairing code, else that of the system, else Chinese', () => {
  const english = inLocale({ LANG: 'en_US.UTF-8' });
  expect(firstLanguage(['init', 'device', '--code', code('zh')], english)).toBe('zh');
  expect(firstLanguage(['init', 'router', `--code=${code('en')}`], inLocale({ LANG: 'zh_CN.UTF-8' }))).toBe('en');
  expect(firstLanguage(['init', 'device', '--code', code()], english)).toBe('en');
  expect(firstLanguage(['init', 'device', '--code', 'broken'], english)).toBe('en');
  for (const LANG of ['zh_CN.UTF-8', 'zh', 'C', 'C.UTF-8', 'POSIX', '']) {
    expect([LANG, firstLanguage(['init', 'device'], inLocale({ LANG }))]).toEqual([LANG, 'zh']);
  }
  expect(firstLanguage(['init', 'device'], inLocale({ LANG: 'zh_CN.UTF-8', LC_ALL: 'de_DE.UTF-8' }))).toBe('en');
  expect(firstLanguage(['init', 'device'], inLocale({}))).toBe('zh');
});

it('is Chinese for a VPS and all else, whatever the system speaks', () => {
  const english = inLocale({ LANG: 'en_US.UTF-8' });
  expect(firstLanguage(['init', 'server'], english)).toBe('zh');
  expect(firstLanguage(['pair'], english)).toBe('zh');
});
