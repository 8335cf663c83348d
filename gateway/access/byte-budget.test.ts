import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createUserBudgets } from './byte-budget.ts';

it('leaves something for others whatever one user takes', () => {
  const of = createUserBudgets(100, 75);
  expect(of('rude').take(76)).toBe(false);
  expect(of('rude').take(75)).toBe(true);
  expect(of('rude').take(1)).toBe(false);
  expect(of('honest').take(26)).toBe(false);
  expect(of('honest').take(25)).toBe(true);
  expect([of('rude').left(), of('honest').left(), of('third').left()]).toEqual([0, 0, 0]);
});

it('never has more taken than there is, and has all again when all is given back', () => {
  const takes = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 0, max: 60 }), fc.boolean()));
  fc.assert(
    fc.property(takes, (wanted) => {
      const of = createUserBudgets(100, 75);
      // As for requests that begin together: all get the budget of their user before any takes of it.
      const budgets = wanted.map(([user]) => of(user));
      const taken: { user: string; bytes: number }[] = [];
      for (const [index, [user, bytes, back]] of wanted.entries()) {
        if (budgets[index]?.take(bytes)) taken.push({ user, bytes });
        const given = back ? taken.shift() : undefined;
        if (given !== undefined) of(given.user).give(given.bytes);
        const sum = (owner?: string): number =>
          taken.filter((each) => (owner ?? each.user) === each.user).reduce((total, each) => total + each.bytes, 0);
        expect(sum()).toBeLessThanOrEqual(100);
        for (const each of ['a', 'b', 'c']) {
          expect(sum(each)).toBeLessThanOrEqual(75);
          expect(of(each).left()).toBe(Math.min(75 - sum(each), 100 - sum()));
        }
      }
    }),
  );
});
