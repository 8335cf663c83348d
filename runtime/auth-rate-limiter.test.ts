import { expect, it } from 'vitest';
import { ACCEPTED_FOR_MS, createAuthRateLimiter, FORGIVEN_AFTER_MS, FREE_FAILURES } from './auth-rate-limiter.ts';

it('stops looking at an address that failed too often, and only at that one', () => {
  const limit = createAuthRateLimiter();
  for (let failure = 0; failure < FREE_FAILURES; failure += 1) {
    expect(limit.mayTry('a', 0)).toBe(true);
    limit.failed('a', 0);
  }
  expect([limit.mayTry('a', 0), limit.mayTry('b', 0)]).toEqual([false, true]);
});

it('forgives with time', () => {
  const limit = createAuthRateLimiter();
  for (let failure = 0; failure < FREE_FAILURES; failure += 1) limit.failed('a', 0);
  expect(limit.mayTry('a', FORGIVEN_AFTER_MS)).toBe(true);
  limit.failed('a', FORGIVEN_AFTER_MS);
  expect(limit.mayTry('a', FORGIVEN_AFTER_MS)).toBe(false);
});

it('does not shut out an address that failed once for a clock that was set back', () => {
  const limit = createAuthRateLimiter();
  limit.failed('a', 3_600_000);
  expect(limit.mayTry('a', 0)).toBe(true);
});

it('never stops ten devices that have a wrong token and try six times a minute each', () => {
  const limit = createAuthRateLimiter();
  for (let now = 0; now < 3_600_000; now += 1000) {
    expect(limit.mayTry('home', now)).toBe(true);
    limit.failed('home', now);
  }
});

it('lets a token that was accepted from the address go on while others there guess, for a day', () => {
  const limit = createAuthRateLimiter();
  limit.accepted('home', 0, 'good');
  const guess = (now: number): void => {
    for (let failure = 0; failure < FREE_FAILURES; failure += 1) limit.failed('home', now);
  };
  guess(1000);
  expect([limit.mayTry('home', 1000, 'good'), limit.mayTry('home', 1000, 'other')]).toEqual([true, false]);
  expect([limit.mayTry('home', 1000), limit.mayTry('elsewhere', 1000, 'other')]).toEqual([false, true]);
  guess(ACCEPTED_FOR_MS);
  expect(limit.mayTry('home', ACCEPTED_FOR_MS, 'good')).toBe(false);
});
