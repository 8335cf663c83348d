import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairingCode, readPairingCode } from './pairing.ts';

describe('a pairing code', () => {
  it('brings back what went in, and is one word', () => {
    fc.assert(
      fc.property(
        fc.record({ token: fc.string({ minLength: 1 }), deviceId: fc.string({ unit: 'binary', minLength: 1 }) }),
        (rest) => {
          const code = pairingCode({ server: 'https://vps.example.com', ...rest });
          expect(code).toMatch(/^FC1-[\w-]+$/);
          expect(readPairingCode(` ${code}\n`)).toEqual({ server: 'https://vps.example.com', ...rest });
        },
      ),
    );
  });

  it('is refused when a part of it is missing', () => {
    const code = pairingCode({ server: 'https://vps.example.com', token: 'abc', deviceId: 'phone' });
    for (const text of ['', 'hello', code.slice(0, -4), code.slice(2), pairingCode({ server: 'vps', token: 'x' })]) {
      expect(readPairingCode(text)).toBeUndefined();
    }
  });
});
