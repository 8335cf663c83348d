import { expect, it } from 'vitest';
import { createSeriesMemo } from './series-memo.ts';

const head = { name: 'a', labels: new Map([['b', 'c']]) };

it('remembers heads, and forgets all of them rather than grow beyond its bound', () => {
  const memo = createSeriesMemo(20);
  memo.set('a{b="c"}', head);
  memo.set('a{b="d"}', head);
  expect(memo.get('a{b="c"}')).toBe(head);
  memo.set('a{b="e"}', head);
  expect([memo.get('a{b="c"}'), memo.get('a{b="e"}')]).toEqual([undefined, head]);
});
