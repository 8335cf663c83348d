import { expect, it } from 'vitest';
import { codesInWords } from './code-words.ts';

it('says what a code means, and keeps the code', () => {
  expect(codesInWords('网关没有应答（ECONNREFUSED）', 'zh')).toBe('网关没有应答（无人监听，ECONNREFUSED）');
  expect(codesInWords('it does not answer (ECONNREFUSED)', 'en')).toBe(
    'it does not answer (nothing listens there, ECONNREFUSED)',
  );
});

it('leaves what it does not know, and words in brackets, as they are', () => {
  for (const text of ['failed (E_STRANGE)', 'the time (UTC)', 'ECONNREFUSED']) {
    expect(codesInWords(text, 'en')).toBe(text);
  }
});
