import { expect, it } from 'vitest';
import { fitting } from './conversation.ts';

it('cuts what is too long between two characters', () => {
  expect(fitting('a'.repeat(4096))).toHaveLength(4096);
  for (const before of ['', 'a']) {
    const cut = fitting(before + '🇭🇰'.repeat(2000));
    expect(cut.length).toBeLessThanOrEqual(4096);
    expect(cut.length).toBeGreaterThan(4090);
    expect(cut).not.toMatch(/\p{Cs}/u);
  }
});
