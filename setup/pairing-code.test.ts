import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deviceIdProblem } from '../core/device-id.ts';
import { pairingCode, readPairingCode } from './pairing-code.ts';

describe('a pairing code', () => {
  it('brings back what went in, and is one word', () => {
    fc.assert(
      fc.property(
        fc.record({
          token: fc.stringMatching(/^[\x21-\x7e]+$/),
          deviceId: fc.string({ unit: 'binary', minLength: 1 }).filter((id) => deviceIdProblem(id) === undefined),
        }),
        (rest) => {
          const code = pairingCode({ server: 'https://vps.example.com', ...rest });
          expect(code).toMatch(/^FC1-[\w-]+$/);
          expect(readPairingCode(` ${code}\n`)).toEqual({ server: 'https://vps.example.com', ...rest });
        },
      ),
    );
  });

  it('is refused when one of its parts could be more than one setting, or none', () => {
    const good = { server: 'https://vps.example.com', token: 'abc', deviceId: 'phone' };
    for (const control of ['\n', '\r', '\0', '\u001b', '\u0085']) {
      for (const part of ['server', 'token', 'deviceId'] as const) {
        const evil = { ...good, [part]: `${good[part]}${control}MihomoAPIAddr = http://evil` };
        expect([part, control, readPairingCode(pairingCode(evil))]).toEqual([part, control, undefined]);
      }
    }
    const bad = [
      { server: 'https://' },
      { server: 'https://user:pass@vps.example.com' },
      { server: 'https://vps.example.com/path' },
      { token: 'two words' },
      { token: '中' },
      { deviceId: '..' },
      { deviceId: 'a/b' },
    ];
    for (const part of bad) expect(readPairingCode(pairingCode({ ...good, ...part }))).toBeUndefined();
  });

  it('is refused when a part of it is missing', () => {
    const code = pairingCode({ server: 'https://vps.example.com', token: 'abc', deviceId: 'phone' });
    for (const text of ['', 'hello', code.slice(0, -4), code.slice(2), pairingCode({ server: 'vps', token: 'x' })]) {
      expect(readPairingCode(text)).toBeUndefined();
    }
  });
});
