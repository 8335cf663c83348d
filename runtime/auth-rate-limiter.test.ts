import { expect, it } from 'vitest';
import {
  ACCEPTED_FOR_MS,
  type AuthRateLimiter,
  createAuthRateLimiter,
  FORGIVEN_AFTER_MS,
  FREE_FAILURES,
} from './auth-rate-limiter.ts';

const fail = (limiter: AuthRateLimiter, address: string, now: number, shown?: string) =>
  limiter<never>(address, now, shown, () => undefined);

it('stops looking at an address that failed too often, and only at that one', () => {
  const limiter = createAuthRateLimiter();
  for (let failure = 0; failure < FREE_FAILURES; failure += 1) expect(fail(limiter, 'a', 0)).toBeUndefined();
  expect([fail(limiter, 'a', 0), fail(limiter, 'b', 0)]).toEqual(['slow_down', undefined]);
  expect(limiter('a', 0, 'good', () => 'alice')).toBe('slow_down');
});

it('forgives with time', () => {
  const limiter = createAuthRateLimiter();
  for (let failure = 0; failure < FREE_FAILURES; failure += 1) fail(limiter, 'a', 0);
  expect(fail(limiter, 'a', FORGIVEN_AFTER_MS)).toBeUndefined();
  expect(fail(limiter, 'a', FORGIVEN_AFTER_MS)).toBe('slow_down');
});

it('does not shut out an address that failed before its clock was set back', () => {
  const limiter = createAuthRateLimiter();
  for (let failure = 0; failure < FREE_FAILURES; failure += 1) fail(limiter, 'a', 3_600_000);
  expect(fail(limiter, 'a', 0)).toBeUndefined();
});

it('never stops ten devices that have a wrong token and try six times a minute each', () => {
  const limiter = createAuthRateLimiter();
  for (let now = 0; now < 3_600_000; now += 1000) expect(fail(limiter, 'home', now)).toBeUndefined();
});

it('lets a token that was accepted from the address go on while others there guess, for a day', () => {
  const limiter = createAuthRateLimiter();
  const show = (token: string, now: number) =>
    limiter('home', now, token, () => (token === 'good' ? 'alice' : undefined));
  const guess = (now: number): void => {
    for (let failure = 0; failure < FREE_FAILURES; failure += 1) fail(limiter, 'home', now);
  };
  expect(show('good', 0)).toBe('alice');
  guess(1000);
  expect([show('good', 1000), show('other', 1000)]).toEqual(['alice', 'slow_down']);
  expect([fail(limiter, 'home', 1000), fail(limiter, 'elsewhere', 1000, 'other')]).toEqual(['slow_down', undefined]);
  guess(1000 + ACCEPTED_FOR_MS);
  expect(show('good', 1000 + ACCEPTED_FOR_MS)).toBe('slow_down');
});
