import { expect, it } from 'vitest';
import { readResetRule } from './reset.ts';

it.each([
  ['daily', { kind: 'daily', hour: 0, minute: 0 }],
  ['Daily 08:30', { kind: 'daily', hour: 8, minute: 30 }],
  ['weekly mon', { kind: 'weekly', weekday: 1, hour: 0, minute: 0 }],
  ['weekly Sunday 4:05', { kind: 'weekly', weekday: 7, hour: 4, minute: 5 }],
  ['weekly 周日', { kind: 'weekly', weekday: 7, hour: 0, minute: 0 }],
  ['weekly 3', { kind: 'weekly', weekday: 3, hour: 0, minute: 0 }],
  [' monthly  31 ', { kind: 'monthly', day: 31, hour: 0, minute: 0 }],
  ['monthly 1 23:59', { kind: 'monthly', day: 1, hour: 23, minute: 59 }],
  ['yearly 02-29', { kind: 'yearly', month: 2, day: 29, hour: 0, minute: 0 }],
  ['never', { kind: 'never' }],
])('reads %s', (text, schedule) => {
  expect(readResetRule(text)).toEqual(schedule);
});

it.each([
  '16',
  'monthly',
  'monthly 0',
  'monthly 32',
  'monthly 1.5',
  'monthly 16 24:00',
  'monthly 16 8',
  'weekly',
  'weekly 8',
  'weekly someday',
  'yearly 13-01',
  'yearly 02-30',
  'yearly 1',
  'daily 1',
  'never 08:00',
  'hourly',
  '08:00',
])('does not read %s', (text) => {
  expect(readResetRule(text)).toBeUndefined();
});
