import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readingAt } from '../../test/example-reports.ts';
import { billBetween, type Mark, type UsableReading } from '../verdict/reading.ts';
import { advance, resetDue } from './cycle.ts';
import { isUnsteady } from './meter.ts';
import { type Meter, type MeterEvent, meterSchema } from './meter-state.ts';
import { monthly, type Schedule } from './reset.ts';

const HOUR = 3_600_000;
/** Of figures that are no multiple of anything, as counters to the byte are. */
const GB = 1_000_000_007;
const MB = 1_000_003;

/** An answer at an hour: GB used, and what else the airport tells. */
type Answer = readonly [hour: number, gigabytes: number, more?: Partial<UsableReading>];

interface Course {
  /** `.` for an accepted reading, `f` for one that waits, `o` for an old one. */
  readonly taken: string;
  readonly marks: readonly Mark[];
  readonly events: readonly MeterEvent[];
  readonly meter: Meter | undefined;
}

function play(answers: readonly Answer[], due: (from: number, to: number) => boolean = () => false): Course {
  let meter: Meter | undefined;
  let taken = '';
  const marks: Mark[] = [];
  const events: MeterEvent[] = [];
  for (const [hour, gigabytes, more] of answers) {
    const used = Math.round(gigabytes * GB);
    const reading: UsableReading = { ...readingAt(hour * HOUR, used), ...more };
    const step = advance(meter, reading, meter !== undefined && due(meter.last.at, reading.at));
    meter = step.meter;
    taken += step.accepted ? '.' : step.reason.code === 'reading_old' ? 'o' : 'f';
    if (step.accepted) {
      marks.push(meter.mark);
      events.push(...step.events);
    }
  }
  return { taken, marks, events, meter };
}

/** Every two hours from an hour on. */
const from = (hour: number, ...gigabytes: number[]): Answer[] =>
  gigabytes.map((each, index) => [hour + 2 * index, each]);
const total = ({ marks }: Course): number => (marks.at(-1)?.total ?? 0) / GB;
const kinds = ({ events }: Course): string => events.map(({ kind }) => kind).join(' ');
const dueAt =
  (hour: number) =>
  (after: number, to: number): boolean =>
    after <= hour * HOUR && to >= hour * HOUR;

describe('growth', () => {
  it('is billed to the byte', () => {
    const course = play(from(0, 50, 50.5, 52));
    const [first, , last] = course.marks;
    expect(first && last && billBetween(first, last)).toEqual({
      low: 2 * GB,
      likely: 2 * GB,
      high: 2 * GB,
      newCycle: false,
    });
  });

  it('of rounded figures is sure to the rounding alone, and a sway within it adds up to nothing', () => {
    const rounded = { precision: 5 * MB };
    const course = play([0, 1, 2, 3, 4, 5, 6].map((hour): Answer => [hour, 50 - (hour % 2) * 0.005, rounded]));
    expect(course.taken).toBe('.......');
    expect(total(course)).toBe(0);
    const [first, last] = [course.marks[0], course.marks.at(-1)];
    expect(first && last && billBetween(first, last)).toMatchObject({ low: 0, likely: 0, high: 10 * MB });
  });

  it('beyond a fall near a reset that is due leaves open what was billed', () => {
    const course = play(from(0, 1, 0.3, 1.2), () => true);
    expect(course.taken).toBe('.f.');
    expect(course.marks.at(-1)).toMatchObject({ gaps: 1 });
  });

  it('over a time in which a reset may hide leaves open what was billed', () => {
    const nights = play(
      [
        [0, 3],
        [24, 4],
      ],
      dueAt(12),
    );
    expect(nights.marks.at(-1)).toMatchObject({ total: GB, gaps: 1 });
  });
});

describe('old answers', () => {
  it.each([
    ['a copy of some bytes ago', from(0, 50, 51, 51 - 1 / GB, 52)],
    ['a copy of some MB ago', from(0, 50, 51, 50.9, 52)],
    ['a copy of six hours', from(0, 50, 50.5, 51, 51.5, 50.5, 51, 52)],
    ['one byte', from(0, 50, 51, 1 / GB, 52)],
    ['two answers by turns that both grow', from(0, 50, 47.1, 50.3, 47.4, 50.6, 47.7, 50.9, 48, 51.2, 48.3, 52)],
    [
      'one direction that is behind although both together grew',
      [
        [0, 50, { upload: 10 * GB, download: 40 * GB }],
        [2, 51, { upload: 5 * GB, download: 46 * GB }],
        [4, 52, { upload: 11 * GB, download: 41 * GB }],
      ] as Answer[],
    ],
    [
      'an airport of a merged subscription that drops out for an hour',
      [
        [0, 50],
        [1, 20, { quota: 40 * GB }],
        [2, 52],
      ] as Answer[],
    ],
  ])('%s is no bill', (_, answers) => {
    const course = play(answers);
    expect(course.taken).toContain('f');
    expect(total(course)).toBeCloseTo(2, 9);
    expect(course.marks.at(-1)).toMatchObject({ gaps: 0, resets: 0, cycles: 0, credited: 0 });
    expect(kinds(course)).toMatch(/^old( old)*$/);
  });

  it('after a reset are those of the cycle before', () => {
    const course = play(from(0, 50, 51, 0.2, 51, 0.4, 50.5, 0.6), dueAt(3));
    expect(course.taken).toBe('...o.o.');
    expect(total(course)).toBeCloseTo(1.4, 9);
  });
});

describe('a new cycle', () => {
  it('is known at once where a reset was due and little is left, and what grows on is billed', () => {
    const course = play(from(0, 50, 51, 0.5, 0.7), dueAt(3));
    expect(course.taken).toBe('....');
    expect(total(course)).toBeCloseTo(1.2, 9);
    const [first, last] = [course.marks[0], course.marks.at(-1)];
    expect(first && last && billBetween(first, last)).toMatchObject({ high: null, newCycle: true, resets: 1 });
    expect(course.events).toMatchObject([{ kind: 'cycle', from: 2 * HOUR, to: 4 * HOUR, small: true, renewed: false }]);
  });

  it('that is read long after its reset is billed whole', () => {
    const course = play(
      [
        [0, 50],
        [24, 51],
        [48, 2],
      ],
      dueAt(47),
    );
    expect(course.taken).toBe('...');
    expect(total(course)).toBeCloseTo(3, 9);
  });

  it.each([
    ['at once where the plan holds more', { quota: 300 * GB }, '.....'],
    ['at once where it ends later', { expiry: 1_830_000_000 }, '.....'],
    ['with the third reading where it holds less', { quota: 9 * GB }, '.ff..'],
    ['with the third reading where it ends sooner', { expiry: 1_780_000_000 }, '.ff..'],
  ])('of a plan that changed is known %s', (_, changed, taken) => {
    const plan = { quota: 200 * GB, expiry: 1_800_000_000 };
    const course = play(
      from(0, 50, 0.1, 0.2, 0.4, 0.5).map(
        ([hour, used], index): Answer => [hour, used, index === 0 ? plan : { ...plan, ...changed }],
      ),
    );
    expect(course.taken).toBe(taken);
    expect(total(course)).toBeCloseTo(0.4, 9);
    expect(course.events).toMatchObject([{ kind: 'cycle', from: 0, to: 2 * HOUR, renewed: true }]);
  });

  it('of a plan that was renewed leaves answers of before aside', () => {
    const [old, renewed] = [{ expiry: 1_800_000_000 }, { expiry: 1_830_000_000 }];
    const course = play([
      [0, 50, old],
      [2, 0.1, renewed],
      [4, 50, old],
      [6, 0.3, renewed],
      [8, 0.5, renewed],
    ]);
    expect(course.taken).toBe('..o..');
    expect(total(course)).toBeCloseTo(0.4, 9);
    expect(course.marks.at(-1)).toMatchObject({ cycles: 1 });
  });

  it('that nothing told is believed after half a day in which it grew', () => {
    const course = play(from(0, 50, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8));
    expect(course.taken).toBe('.ffffff..');
    expect(total(course)).toBeCloseTo(0.7, 9);
  });

  it('leaves no doubt which answers count, unless another came between or little of it grew since', () => {
    const grows = from(4, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7);
    const unsteady = (answers: readonly Answer[]): boolean => {
      const { meter, events } = play([...from(0, 50, 50.5), ...answers]);
      expect(events.map(({ kind }) => kind)).toContain('cycle');
      return meter !== undefined && isUnsteady(meter, meter.last.at);
    };
    expect(unsteady(grows)).toBe(false);
    // What jumped while it waited, or is another account that was used before.
    expect(
      unsteady([
        [4, 0.3],
        [8, 0.4],
        [12, 0.5],
        [17, 20],
      ]),
    ).toBe(true);
    expect(unsteady(from(4, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7))).toBe(true);
    expect(unsteady([[3, 0.3], ...grows])).toBe(true);
    const later = grows.map(([hour, used]): Answer => [hour + 60, used]);
    expect(unsteady([[3, 50.6], [5, 44], ...from(7, 50.7, 51), ...later])).toBe(true);
    expect(unsteady([...grows, [17, 50.4], [18, 0.8]])).toBe(true);
  });

  it('that nothing told and nobody used is believed after two days', () => {
    const course = play(
      [0, ...Array.from({ length: 27 }, (_, index) => 2 * index + 2)].map(
        (hour): Answer => [hour, hour === 0 ? 50 : 0],
      ),
    );
    expect(course.taken).toMatch(/^\.f{24}\.\.\.$/);
    expect(total(course)).toBe(0);
  });

  it('is seen by readings of once a night, never by one alone', () => {
    const course = play([
      [0, 50],
      [24, 1],
      [48, 3],
      [72, 4],
    ]);
    expect(course.taken).toBe('.f..');
    expect(total(course)).toBeCloseTo(3, 9);
  });

  it('that grew beyond the old one before it was believed leaves open what was billed', () => {
    const course = play(from(0, 1, 0.1, 0.4, 0.7, 1.1));
    expect(course.taken).toBe('.fff.');
    expect(course.marks.at(-1)).toMatchObject({ gaps: 1 });
  });

  it.each([
    ['one byte on the day of the reset', from(0, 50, 51, 1 / GB, 52, 53, 54, 55), dueAt(3)],
    [
      'a plan that was another for some hours',
      [
        ...from(0, 50),
        ...[2, 4, 6, 8].map((hour): Answer => [hour, 5, { quota: 9 * GB }]),
        ...from(10, 52, 53, 54, 55),
      ],
      () => false,
    ],
  ] as const)('that was none is undone when the old level comes back: %s', (_, answers, due) => {
    const course = play(answers, due);
    expect(kinds(course)).toBe('cycle undone');
    expect(total(course)).toBeCloseTo(5, 6);
    expect(course.marks.at(-1)).toMatchObject({ cycles: 0 });
  });
});

describe('a credit', () => {
  const given = from(0, 50, 51, 48, 48.1, 48.2, 48.3, 48.4, 48.5, 48.6, 49);

  it('is a fall to a larger part that stays, and lowers no total', () => {
    const course = play(given);
    expect(course.taken).toBe('..ffffff..');
    expect(total(course)).toBeCloseTo(2, 9);
    expect(course.marks.at(-1)).toMatchObject({ credited: 3 * GB, gaps: 1, cycles: 0 });
    const [first, last] = [course.marks[0], course.marks.at(-1)];
    expect(first && last && billBetween(first, last)).toMatchObject({ high: null, newCycle: false, credit: 3 * GB });
  });

  it('that was another answer for half a day is undone when the first comes back', () => {
    const course = play([...given, ...from(20, 53, 54, 55, 49, 56)]);
    expect(kinds(course)).toBe('credit undone old');
    expect(total(course)).toBeCloseTo(6, 9);
    expect(course.marks.at(-1)).toMatchObject({ credited: 0 });
  });

  it('is none where the answer before was that of another account', () => {
    const course = play(from(0, 50, 70, 50.5, 51, 52, 53));
    expect(kinds(course)).toBe('undone');
    // What was counted of the other account is made up for by what is used later.
    expect(course.meter?.owed).toBeCloseTo(17 * GB, -1);
    expect(total(course)).toBe(20);
  });
});

it('starts again where readings contradict each other for three days', () => {
  const answers = Array.from({ length: 40 }, (_, index): Answer => [2 * index, index === 0 ? 50 : 45 - index / 10]);
  const course = play(answers);
  expect(course.taken).toMatch(/^\.f{36}\.f+$/);
  expect(course.events).toEqual([{ kind: 'restarted', from: 0 }]);
  expect(course.marks.at(-1)).toMatchObject({ total: 0, gaps: 1 });
});

it('knows an answer that stood higher by where it stood last', () => {
  const lower = from(2, 47, 47.1, 47.2, 47.3, 47.4, 47.5, 47.6);
  const higher = from(16, 50.9, 48.1, 51.4, 48.8, 49.5, 52.6, 50.2, 53.4, 51);
  const course = play([[0, 50], ...lower, ...higher]);
  expect(course.taken).toBe('.ffffff.o.o..o.o.');
  expect(total(course)).toBeCloseTo(4, 9);
});

it('takes no jump among readings that wait for growth', () => {
  const course = play([
    [0, 50],
    [24, 0.1],
    [48, 49],
    [72, 49.1],
    [96, 49.2],
  ]);
  expect(total(course)).toBeLessThan(0.3);
});

it('goes on where the clock was set back', () => {
  const course = play([
    [100, 50],
    [102, 48],
    [50, 48.5],
    [52, 51],
  ]);
  expect(course.taken).toBe('.ff.');
  expect(course.marks.at(-1)).toMatchObject({ at: 52 * HOUR, total: 1 * GB });
});

/** An airport that counts truly, and what is in the way of its figures. */
const world = fc.record({
  step: fc.constantFrom(1, 2, 6, 24),
  use: fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 60, maxLength: 240 }),
  heavy: fc.constantFrom(0.05, 0.5, 3),
  reset: fc.constantFrom<Schedule>(
    { kind: 'daily', hour: 0, minute: 0 },
    monthly(5),
    { kind: 'weekly', weekday: 3, hour: 4, minute: 0 },
    { kind: 'never' },
  ),
  known: fc.boolean(),
  trouble: fc.infiniteStream(fc.integer({ min: 0, max: 999 })),
  often: fc.constantFrom(0, 20, 200, 500),
  kind: fc.constantFrom('copy', 'level', 'byte', 'lost'),
  depth: fc.constantFrom(1 / GB, 0.01, 3),
  age: fc.integer({ min: 1, max: 5 }),
  rounded: fc.constantFrom(0, 10 * MB, GB),
});

it('never bills more than was billed, whatever answers stand between', () => {
  fc.assert(
    fc.property(world, ({ step, use, heavy, reset, known, trouble, often, kind, depth, age, rounded }) => {
      const begin = Date.parse('2026-11-02T00:30:00Z');
      const truth: { at: number; used: number; billed: number }[] = [];
      let [used, billed] = [40 * GB, 0];
      const answers: Answer[] = [];
      for (const [index, share] of [...use, ...Array.from({ length: 60 }, () => 500)].entries()) {
        const at = begin + index * step * HOUR;
        const before = truth.at(-1)?.at ?? at;
        const bytes = Math.round((share / 1000) * heavy * GB);
        billed += bytes;
        const resets = reset.kind !== 'never' && inside(reset, before, at);
        used = resets ? Math.round(bytes * 0.5) : used + bytes;
        truth.push({ at, used, billed });
        const quiet = index >= use.length;
        const troubled = !quiet && index > 0 && trouble.next().value < often;
        if (troubled && kind === 'lost') continue;
        // Copies are some hours old, or of one reading before.
        const back = Math.max(1, Math.min(age, Math.floor(6 / step)));
        const old = truth[Math.max(0, index - back)]?.used ?? used;
        const shown = !troubled ? used : kind === 'copy' ? old : kind === 'byte' ? 1 : Math.max(0, used - depth * GB);
        const figure = rounded === 0 ? shown : Math.floor(shown / rounded) * rounded;
        answers.push([at / HOUR, figure / GB, { precision: rounded / 2 }]);
      }
      const due = (a: number, b: number): boolean => known && resetDue(reset, a, b, 'UTC');
      const { marks } = play(answers, due);
      const billedAt = (at: number): number => truth.find((each) => each.at === at)?.billed ?? 0;
      const [first, last] = [marks[0], marks.at(-1)];
      if (first === undefined || last === undefined) throw new Error('nothing was accepted');
      for (const [index, mark] of marks.entries())
        expect(mark.total).toBeGreaterThanOrEqual(marks[index - 1]?.total ?? 0);
      // A higher answer that is seen for the first time cannot be told from use.
      const unseen = kind === 'level' && often > 0 ? depth * GB : 0;
      const billedSince = billedAt(last.at) - billedAt(first.at);
      expect(last.total).toBeLessThanOrEqual(billedSince + unseen + rounded + 1);
      // When all is quiet, readings are accepted again: after a fall that was not awaited once it is believed.
      const end = truth.at(-1)?.at ?? 0;
      if (reset.kind !== 'daily' || step < 24) expect(last.at).toBeGreaterThanOrEqual(end - 49 * HOUR);
      if (last.gaps === first.gaps) expect(last.total).toBeGreaterThanOrEqual(billedSince - rounded - 1);
    }),
    // Smaller worlds tell no more, and there are very many of them.
    { numRuns: 200, endOnFailure: true },
  );
});

const inside = (schedule: Schedule, before: number, at: number): boolean => {
  for (let hour = before; hour < at; hour += HOUR / 2) {
    const date = new Date(hour + HOUR / 2);
    const midnight = date.getUTCHours() === (schedule.kind === 'weekly' ? 4 : 0) && date.getUTCMinutes() < 30;
    const day =
      schedule.kind === 'daily' || (schedule.kind === 'monthly' ? date.getUTCDate() === 5 : date.getUTCDay() === 3);
    if (midnight && day) return true;
  }
  return false;
};

it('is kept as JSON', () => {
  const { meter } = play(from(0, 50, 51, 0.2, 51, 0.4, 0.3));
  expect(meterSchema.parse(JSON.parse(JSON.stringify(meter)))).toEqual(meter);
});
