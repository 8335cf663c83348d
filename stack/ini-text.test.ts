import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readIni } from '../core/ini.ts';
import { renderIni } from './ini-text.ts';

it('writes what readIni reads', () => {
  const text = renderIni({
    server: { SubUrls: '["a.yaml"]="https://host/path?token=1;2#3",\n["b.yaml"]="https://url"', ListenPort: ':1' },
    'user.alice': { note: '客厅' },
  });
  const document = readIni(text);
  expect(document.sections).toEqual(['server', 'user.alice']);
  expect(document.entries('server').get('SubUrls')).toBe(
    '["a.yaml"]="https://host/path?token=1;2#3",\n["b.yaml"]="https://url"',
  );
  expect(document.entries('user.alice').get('note')).toBe('客厅');
});

it('gives back every value of one line', () => {
  const value = fc.string().filter((s) => s === s.trim() && s !== '' && !/[\r\n,"'\u2028\u2029\0]/.test(s));
  fc.assert(
    fc.property(value, (written) => {
      expect(
        readIni(renderIni({ client: { key: written, z: '1' } }))
          .entries('client')
          .get('key'),
      ).toBe(written);
    }),
  );
});
