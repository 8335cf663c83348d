import { expect, it } from 'vitest';
import { planChanges } from './level.ts';

const GB = 2 ** 30;
const END = Date.parse('2026-12-01T00:00:00Z') / 1000;

it.each([
  ['an add-on', { quota: 150 * GB, expiry: END }, [{ kind: 'added', bytes: 50 * GB }]],
  ['an add-on that ended', { quota: 80 * GB, expiry: END }, [{ kind: 'reduced', bytes: 20 * GB }]],
  ['a renewal', { quota: 100 * GB, expiry: END + 30 * 86_400 }, [{ kind: 'renewed', until: END + 30 * 86_400 }]],
  [
    'another plan',
    { quota: 200 * GB, expiry: END + 365 * 86_400 },
    [
      { kind: 'added', bytes: 100 * GB },
      { kind: 'renewed', until: END + 365 * 86_400 },
    ],
  ],
  ['nothing', { quota: 100 * GB, expiry: END }, []],
  ['an expiry that moves with the day', { quota: 100 * GB, expiry: END + 86_400 }, []],
  ['what is not told any more', { quota: null, expiry: null }, []],
])('%s is told by what changed', (_, after, expected) => {
  expect(planChanges({ quota: 100 * GB, expiry: END }, after)).toEqual(expected);
});
