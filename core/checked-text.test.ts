import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkedText, readCheckedText } from './checked-text.ts';

const FORMAT = { format: 'a-format', version: 3 };
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const anyBody = fc.json();

it('gives back what it was given', () => {
  fc.assert(
    fc.property(anyBody, (body) => {
      expect(readCheckedText(FORMAT, checkedText(FORMAT, body, sha256), sha256)).toEqual({ ok: true, body });
    }),
  );
});

it('tells every text that was cut or in which a character was changed', () => {
  fc.assert(
    fc.property(anyBody, fc.nat(), fc.boolean(), (body, seed, cut) => {
      const text = checkedText(FORMAT, body, sha256);
      // The line break at the end may be missing: nothing is lost with it.
      const at = seed % (text.length - 1);
      const damaged = cut ? text.slice(0, at) : `${text.slice(0, at)}\u0001${text.slice(at + 1)}`;
      expect(readCheckedText(FORMAT, damaged, sha256)).toMatchObject({ ok: false });
    }),
  );
});
