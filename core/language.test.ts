import { expect, it } from 'vitest';
import { errorText, languageOf, UserFacingError } from './language.ts';

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
  ['[client]\n# Language = en', undefined],
  ['[client]\nLanguage = fr', undefined],
  ['[client]\nLanguages = en', undefined],
])('finds the language of %j', (text, language) => {
  expect(languageOf(text)).toBe(language);
});
