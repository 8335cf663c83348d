import { expect, it } from 'vitest';
import { errorText, languageOf, type Messages, textOf, translateAll, UserFacingError } from './language.ts';

it('prints an error in the language that is set, and logs it in English', () => {
  const error = new UserFacingError({ zh: '磁盘已满', en: 'the disk is full' });
  expect([errorText(error, 'zh'), errorText(error, 'en'), error.message]).toEqual([
    '磁盘已满',
    'the disk is full',
    'the disk is full',
  ]);
  expect(errorText(new Error('EIO'), 'zh')).toBe('EIO');
});

it.each([
  ['[client]\nDeviceID = a\nLanguage = en\n', 'en'],
  ['[client]\r\n  Language="zh"\r\n', 'zh'],
  ['[client]\noops\nLanguage = en', 'en'],
  ['[Client]\nlanguage = en', 'en'],
  ['[client]\n# Language = en', undefined],
  ['[client]\nLanguage = fr', undefined],
  ['[client]\nLanguages = en', undefined],
])('finds the language of %j', (text, language) => {
  expect(languageOf(text)).toBe(language);
});

it('translates all messages of a part, with their parameters and groups', () => {
  const messages = {
    full: { zh: '磁盘已满', en: 'the disk is full' },
    left: (size: string) => ({ zh: `还剩 ${size}`, en: `${size} left` }),
    classes: { proxy: { zh: '代理', en: 'proxy' } },
  } as const satisfies Messages;
  const [zh, en] = [translateAll(messages, 'zh'), translateAll(messages, 'en')];
  expect([zh.full, zh.left('1 GiB'), zh.classes.proxy]).toEqual(['磁盘已满', '还剩 1 GiB', '代理']);
  expect([en.full, en.left('1 GiB'), en.classes.proxy]).toEqual(['the disk is full', '1 GiB left', 'proxy']);
});

it('makes a text of what every language says in its own way', () => {
  expect(textOf((language) => (language === 'zh' ? '是' : 'yes'))).toEqual({ zh: '是', en: 'yes' });
});
