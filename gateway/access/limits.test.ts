import fc from 'fast-check';
import { expect, it } from 'vitest';
import { availableMemory, memoryLimits, roomFor } from './limits.ts';

const MIB = 2 ** 20;

it('fits what one user sends into a small container, and is as documented where there is memory', () => {
  expect(memoryLimits(128 * MIB)).toEqual({
    body: 2 * MIB,
    bodies: 8 * MIB,
    userBodies: 6 * MIB,
    kept: Math.floor((128 / 12) * MIB),
    layouts: 8 * MIB,
  });
  expect(memoryLimits(64 * 1024 * MIB)).toEqual({
    body: 8 * MIB,
    bodies: 128 * MIB,
    userBodies: 96 * MIB,
    kept: 256 * MIB,
    layouts: 96 * MIB,
  });
});

it('knows of memory', () => {
  expect(availableMemory()).toBeGreaterThan(64 * MIB);
});

const TOTAL = 1000;

it('lets one user alone have the whole, and of two the first three quarters', () => {
  expect(roomFor('a', { total: TOTAL, used: new Map(), users: new Set(['a']) })).toBe(1000);
  expect(roomFor('a', { total: TOTAL, used: new Map([['a', 400]]), users: new Set(['a', 'b']) })).toBe(350);
  expect(roomFor('b', { total: TOTAL, used: new Map([['a', 750]]), users: new Set(['a', 'b']) })).toBe(250);
});

it('counts what is kept of users that are gone, and sets nothing aside for them', () => {
  const used = new Map([['gone', 100]]);
  expect(roomFor('a', { total: TOTAL, used, users: new Set(['a']) })).toBe(900);
  expect(roomFor('a', { total: TOTAL, used: new Map([['gone', 1200]]), users: new Set(['a']) })).toBe(-200);
});

it('never gives more than there is, and always leaves each user their part, whoever takes what', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const turns = fc.array(fc.tuple(fc.constantFrom(...names), fc.nat(TOTAL)));
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), turns, (count, taken) => {
      const users = new Set(names.slice(0, count));
      const used = new Map<string, number>();
      for (const [user, wanted] of taken) {
        if (!users.has(user)) continue;
        const room = roomFor(user, { total: TOTAL, used, users });
        used.set(user, (used.get(user) ?? 0) + Math.min(wanted, room));
      }
      expect([...used.values()].reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(TOTAL);
      for (const user of users) {
        const [room, has] = [roomFor(user, { total: TOTAL, used, users }), used.get(user) ?? 0];
        expect(room).toBeGreaterThanOrEqual(0);
        expect(has + room).toBeGreaterThanOrEqual(Math.floor(TOTAL / 2 / count));
      }
    }),
  );
});
