import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KERNEL_BYTES } from '../../core/metric-contract.ts';
import { createLogger } from '../../runtime/logger.ts';
import { risingCounters, valuesFor } from '../contract/push-parser.ts';
import { type KeptPushes, keptBytes, openKeptPushes } from '../kept/kept-pushes.ts';
import type { Delivery } from '../store/store.ts';
import { admit, createPushService, HOLD_MS, type PushService, roomFor } from './push-service.ts';

/** Of four pushes of {@link push}, half of them set aside for the two users. */
const MOST = 4 * keptBytes({ series: [], values: [] }, Buffer.alloc(1000));

let folder: string;
let kept: KeptPushes;
let pushes: PushService;
let delivery: Delivery;

const logger = createLogger('test', 'silent');
async function open(most = MOST): Promise<void> {
  kept = await openKeptPushes(folder, logger, () => {});
  pushes = createPushService({
    kept,
    keptBytes: most,
    tokens: () => [{ user: 'rude' }, { user: 'alice' }],
    disk: { watch: (write) => write() },
    store: {
      name: 'Pushgateway',
      setting: 'none',
      forgets: false,
      put: async () => delivery,
      remove: async () => delivery,
      startedAt: async () => undefined,
      pushTimes: async () => new Map(),
      close: async () => undefined,
    },
    clock: { now: () => 0, sleep: async () => undefined },
    logger,
  });
}
/** @returns `accepted`, or the code of the problem */
async function push(...given: Parameters<typeof answerTo>): Promise<string> {
  const answer = await answerTo(...given);
  return answer.kind === 'accepted' ? answer.kind : answer.code;
}
async function answerTo(user: string, deviceId: string, bytes = 1000, sequence = 1, packed?: Buffer) {
  const series = `${KERNEL_BYTES}{direction="upload"}`;
  const text = Buffer.from(`# TYPE ${KERNEL_BYTES} counter\n${series} 1\n`.padEnd(bytes, '\n'));
  const ledger = { series: [series], values: [1] };
  return pushes.push({ user, deviceId }, { stateId: 's', sequence }, { text, packed, ledger });
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-pushes-'));
  delivery = { kind: 'delivered' };
  await open();
});
afterEach(async () => {
  await kept.close();
});

it('says of a push that the store does not take what to do: another thing where no file descriptor is left', async () => {
  delivery = { kind: 'unreachable', code: 'ECONNREFUSED' } as Delivery;
  expect(await answerTo('alice', 'phone')).toMatchObject({
    message: expect.stringContaining('start it on the server'),
  });
  delivery = { kind: 'unreachable', code: 'EMFILE' } as Delivery;
  expect(await answerTo('alice', 'phone')).toMatchObject({ message: expect.stringMatching(/EMFILE.*raise its limit/) });
});

describe('what is kept of pushes', () => {
  it('is bounded, and one user leaves the others their part of it', async () => {
    for (const device of ['1', '2', '3']) expect(await push('rude', device)).toBe('accepted');
    expect(await push('rude', '4')).toBe('no_room');
    expect(await push('alice', 'phone')).toBe('accepted');
    expect(await push('alice', 'laptop')).toBe('no_room');
  });

  it('is bounded as much for pushes that come together', async () => {
    const answers = await Promise.all(['1', '2', '3', '4', '5', '6'].map((device) => push('rude', device)));
    expect(answers.filter((answer) => answer === 'accepted')).toHaveLength(3);
    expect(await push('alice', 'phone')).toBe('accepted');
  });

  it('lets devices go on that take no more than before', async () => {
    for (const device of ['1', '2', '3']) await push('rude', device);
    expect(await push('rude', '1', 1000, 2)).toBe('accepted');
    expect(await push('rude', '1', 1001, 3)).toBe('no_room');
    expect(await push('rude', '1', 400, 3)).toBe('accepted');
    expect(await push('rude', '2', 1500, 2)).toBe('accepted');
  });

  it('counts gzip data that is longer than its text, and nothing that the store declined', async () => {
    expect(await push('rude', '1', 100, 1, Buffer.alloc(3 * 1256))).toBe('no_room');
    delivery = { kind: 'declined', status: 400, answer: '' };
    for (const device of ['1', '2', '3', '4']) expect(await push('rude', device)).toBe('pushgateway_refused');
    expect([...kept.usage.bytes, ...kept.usage.devices]).toEqual([]);
  });

  it('is of two thousand devices at most, of which one user leaves the others their part', async () => {
    await kept.close();
    await open(2 ** 40);
    const pushes = await Promise.all(Array.from({ length: 2000 }, (_, device) => push('rude', String(device))));
    // Half of them, and their own half of the rest.
    expect(pushes.filter((answer) => answer === 'accepted')).toHaveLength(1500);
    expect(pushes.filter((answer) => answer === 'no_room')).toHaveLength(500);
    expect(await push('rude', '0')).toBe('accepted');
    expect(await push('alice', 'phone')).toBe('accepted');
  });

  it('is counted again at a start', async () => {
    for (const device of ['1', '2', '3']) await push('rude', device);
    const before = [...kept.usage.bytes, ...kept.usage.devices];
    expect(before).toEqual([
      ['rude', 3 * 1256],
      ['rude', 3],
    ]);
    await kept.close();
    await open();
    expect([...kept.usage.bytes, ...kept.usage.devices]).toEqual(before);
  });
});

it('puts nothing back of a device that is let go while it is to be forwarded', async () => {
  const device = { user: 'alice', deviceId: 'a' };
  expect(await push('alice', 'a')).toBe('accepted');
  let letGo = (): void => {};
  const retiring = pushes.between(device, async () => {
    await new Promise<void>((resolve) => {
      letGo = resolve;
    });
    kept.forget(device);
  });
  const forwarded = pushes.forward(device, 'anyway');
  await new Promise(setImmediate);
  letGo();
  await retiring;
  expect(await forwarded).toBe('not_needed');
});

describe('whether a push may follow the one before', () => {
  const counters = (entries: Record<string, number>) => risingCounters(Object.entries(entries));
  const held = { stateId: 'a', sequence: 5, ledger: counters({ x: 10, y: 0 }), seenAt: 1000 };
  const push = (change: object) => ({ stateId: 'a', sequence: 6, ledger: held.ledger, ...change });

  describe('admit', () => {
    it('lets the first push of a device in, whatever it holds', () => {
      expect(admit(undefined, push({}), 0)).toBeUndefined();
    });

    it('lets counters stand, rise and begin', () => {
      expect(admit(held, push({ ledger: counters({ x: 10, y: 3, z: 1 }) }), 2000)).toBeUndefined();
    });

    it('lets the same sequence in again: its answer may have been lost', () => {
      expect(admit(held, push({ sequence: 5 }), 2000)).toBeUndefined();
    });

    it('names the series that fell', () => {
      const problem = admit(held, push({ ledger: counters({ x: 9, y: 0 }) }), 2000);
      expect(problem).toMatchObject({
        code: 'counter_fell',
        details: { series: [{ series: 'x', accepted: 10, pushed: 9 }] },
      });
      expect(problem?.message).toContain('x from 10 to 9;');
    });

    it('takes a series that is gone for one that fell, also at 0', () => {
      expect(admit(held, push({ ledger: counters({ x: 10 }) }), 2000)).toMatchObject({
        code: 'counter_fell',
        details: { series: [{ series: 'y', accepted: 0, pushed: null }] },
      });
    });

    it('lets the keys of a dimension go, but not fall', () => {
      const host = 'flowcollect_host_bytes_total{host="a",class="proxy",direction="upload"}';
      const before = { ...held, ledger: counters({ [host]: 7, x: 1 }) };
      expect(admit(before, push({ ledger: counters({ x: 1 }) }), 2000)).toBeUndefined();
      expect(admit(before, push({ ledger: counters({ x: 1, [host]: 6 }) }), 2000)).toMatchObject({
        code: 'counter_fell',
      });
    });

    it('says how many more fell than it names', () => {
      const many = counters(Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`s${index}`, 1])));
      const problem = admit({ ...held, ledger: many }, push({ ledger: counters({}) }), 2000);
      expect(problem?.message).toContain('and 8 more');
      expect(problem?.details?.series).toHaveLength(5);
    });

    it('refuses an older sequence of the same state', () => {
      expect(admit(held, push({ sequence: 4 }), 2000)).toMatchObject({ code: 'sequence_old' });
    });

    it('refuses another state while the holder pushed within the last minute, and says what to do', () => {
      const problem = admit(held, push({ stateId: 'b', sequence: 900 }), held.seenAt + HOLD_MS - 1);
      expect(problem).toMatchObject({
        code: 'held_by_another_state',
        message: expect.stringContaining('DeviceID'),
        details: { free_in_milliseconds: 1 },
      });
    });

    it('lets another state take over after that, from any sequence, but with no counter fallen', () => {
      const later = held.seenAt + HOLD_MS;
      expect(admit(held, push({ stateId: 'b', sequence: 1 }), later)).toBeUndefined();
      // Nor must a clock that was set back make the minute last.
      const ahead = { ...held, seenAt: 3_000_000 };
      expect(admit(ahead, push({ stateId: 'b', sequence: 1 }), 2000)).toBeUndefined();
      expect(admit(held, push({ stateId: 'b', sequence: 1, ledger: counters({}) }), later)?.code).toBe('counter_fell');
    });

    it('never lets a counter fall, whatever else is true', () => {
      const ledger = fc.dictionary(fc.constantFrom('p', 'q', 'r'), fc.nat(5)).map(counters);
      const state = { stateId: fc.constantFrom('a', 'b'), sequence: fc.nat(5), ledger };
      fc.assert(
        fc.property(
          fc.record({ ...state, seenAt: fc.nat(200_000) }),
          fc.record(state),
          fc.nat(200_000),
          (before, after, now) => {
            if (admit(before, after, now) !== undefined) return;
            const values = valuesFor(before.ledger.series, after.ledger);
            for (const [index, value] of before.ledger.values.entries())
              expect(values[index]).toBeGreaterThanOrEqual(value);
          },
        ),
      );
    });
  });
});

/** Of something of which there is only so much. */
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
