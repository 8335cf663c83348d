import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  askedOf,
  BEGAN,
  chanceOn,
  DAY,
  days,
  GB,
  HOUR,
  judgedAfter,
  lived,
  MB,
  NO_PAST,
  nodeOf,
  type Passed,
  THRESHOLDS,
  usedOn,
} from '../../test/windows.ts';
import { type Asked, judge } from './judge.ts';
import { afterClose, afterObservation, type Memory, type Observation } from './observations.ts';
import { reason } from './reading.ts';
import type { NodeUse } from './use.ts';
import type { Verdict } from './verdict.ts';

/** A day on which half a percent is chance. */
const honest = (day: number): Passed => ({
  used: usedOn(day),
  billed: Math.round(usedOn(day) * (1 + 0.005 * chanceOn(day))),
});
/** Three weeks on which all was well, to the byte. */
const threeWeeks = lived(days(21, (day) => ({ used: usedOn(day) })));
/** The verdict on the day after three weeks on which all was well. */
const next = (day: Passed, over: Partial<Asked> = {}): Verdict => judgedAfter(threeWeeks, day, over).verdict;
const alone = (over: Partial<Asked>): Verdict | undefined =>
  judge([askedOf(BEGAN, [{}], over)], THRESHOLDS)[0]?.verdict;

describe('what cannot be judged', () => {
  it('is the first reading, which begins the first window', () => {
    expect(alone({ from: undefined, bill: undefined })).toEqual({
      kind: 'unknown',
      reasons: [{ code: 'first_reading' }],
      difference: null,
      absences: [],
      closes: true,
    });
  });

  it('is a window whose clock was set back, which starts again', () => {
    const outcome = { known: true, at: BEGAN - HOUR } as const;
    expect(alone({ outcome })).toMatchObject({ kind: 'unknown', reasons: [{ code: 'clock_set_back' }], closes: true });
  });

  it('is an airport that tells nothing, or a use that is unknown: the window stays open', () => {
    const untold = { known: false, reasons: [reason('header_missing')] } as const;
    expect(alone({ outcome: untold })).toMatchObject({
      kind: 'unknown',
      reasons: [{ code: 'header_missing' }],
      closes: false,
    });
    const unused = { known: false, reasons: [reason('prometheus_unreachable', '127.0.0.1:9090')] } as const;
    expect(alone({ usage: unused })).toMatchObject({
      kind: 'unknown',
      reasons: [{ code: 'prometheus_unreachable' }],
      bill: { likely: 10 * GB },
      closes: false,
    });
  });

  it('is a window in which no device has ever reported', () => {
    const [judged] = judge([askedOf(BEGAN, [{ devices: 0 }])], THRESHOLDS);
    expect(judged?.verdict).toMatchObject({ kind: 'unknown', reasons: [{ code: 'no_devices' }], closes: true });
  });
});

describe('the first days', () => {
  it('are ok from the first window on where bill and use agree', () => {
    expect(lived(days(7, honest)).verdicts.map(({ kind }) => kind)).toEqual(days(7, () => 'ok'));
  });

  it('accuse nobody: the lag of the airport is not known yet', () => {
    for (const day of [0, 1, 3]) {
      const { verdict } = judgedAfter(lived(days(day, honest)), { used: 10 * GB, billed: 30 * GB });
      expect(verdict).toMatchObject({ kind: 'unknown', reasons: [{ code: 'lag_unknown' }], closes: true });
    }
  });

  it('are over for the sixth day of a window that stayed open since the fifth', () => {
    const { from, memory } = lived(days(4, honest));
    const tooDear = { used: 10 * GB, billed: 40 * GB };
    const kindOf = (...open: Passed[]) => {
      const [judged] = judge([askedOf(from, open, { memory })], THRESHOLDS);
      return judged?.verdict;
    };
    expect(kindOf(tooDear)).toMatchObject({ kind: 'unknown', reasons: [reason('lag_unknown')] });
    expect(kindOf({ used: 10 * GB }, tooDear)?.reasons).not.toContainEqual(reason('lag_unknown'));
  });

  it('are over after a week: what is gross is a leak', () => {
    const { verdict } = judgedAfter(lived(days(7, honest)), { used: 10 * GB, billed: 20 * GB });
    expect(verdict).toMatchObject({ kind: 'leak', closes: true });
    expect(verdict.difference).toBeCloseTo(10 * GB, -8);
  });
});

describe('a day after three weeks', () => {
  it('is ok where the bill fits, or is off by little', () => {
    expect(next({ used: 10 * GB })).toMatchObject({ kind: 'ok', closes: true });
    for (const billed of [10 * GB + 90 * MB, 11 * GB, 9.5 * GB])
      expect(next({ used: 10 * GB, billed }).kind).toBe('ok');
  });

  it('is a leak above 100 MB and 20 %', () => {
    const verdict = next({ used: 10 * GB, billed: 13 * GB });
    expect(verdict).toMatchObject({ kind: 'leak', closes: true });
    expect(verdict.difference).toBeCloseTo(3 * GB, -8);
    expect(next({ used: 0, billed: 300 * MB }).kind).toBe('leak');
  });

  it('is held to the middle of a bill that is rounded, whose doubt is in what it is held to', () => {
    const rounded = (billed: number): string =>
      next({ used: 0, billed, bill: { low: billed - 20 * MB, high: billed + 20 * MB } }).kind;
    const least = days(60, (each) => (80 + 5 * each) * MB).find((billed) => rounded(billed) === 'leak') ?? 0;
    const exact = days(60, (each) => (80 + 5 * each) * MB).find((billed) => next({ used: 0, billed }).kind === 'leak');
    // Twice the standard deviation of what is anywhere within 20 MB.
    expect(least - (exact ?? 0)).toBeLessThanOrEqual(25 * MB);
    expect(least - (exact ?? 0)).toBeGreaterThan(0);
  });

  it('tells what should have been billed with a range, which is narrow where much is known', () => {
    const { expected } = next({ used: 10 * GB });
    expect(Math.abs((expected?.likely ?? 0) / (10 * GB) - 1)).toBeLessThan(0.01);
    expect((expected?.high ?? 0) - (expected?.low ?? 0)).toBeLessThan(0.05 * 10 * GB);
    expect(expected?.used).toBe(10 * GB);
  });

  it('allows for bytes that devices lost, and says how many', () => {
    const verdict = next({ used: 10 * GB, billed: 13 * GB, lost: 4 * GB });
    expect(verdict).toMatchObject({ kind: 'ok', lost: 4 * GB });
  });

  it('in which a new cycle began is judged by what is sure of the bill', () => {
    const verdict = next({ used: 10 * GB, bill: { low: GB, likely: GB, high: null, newCycle: true } });
    expect(verdict).toMatchObject({ kind: 'ok', reasons: [{ code: 'cycle_began' }] });
    const leak = next({ used: GB, bill: { low: 4 * GB, likely: 4 * GB, high: null, newCycle: true } });
    expect(leak).toMatchObject({ kind: 'leak', reasons: [{ code: 'cycle_began' }] });
  });

  it('in which a reset hid what was used around it is compared without that', () => {
    const { from, memory } = threeWeeks;
    const begin = memory.observations.at(-1);
    const seen = (hour: number, billed: number, used: number, past = memory, over: Partial<Observation> = {}): Memory =>
      afterObservation(past, from, from + hour * HOUR, {
        observation: {
          at: from + hour * HOUR,
          billed: (begin?.billed ?? 0) + billed,
          expected: (begin?.expected ?? 0) + used,
          whole: true,
          leak: false,
          change: null,
          resets: 0,
          hidden: 0,
          ...over,
        },
      });
    const evening = (past: Memory, billed: number, resets: number): number | null | undefined =>
      judge([askedOf(from, [{ used: 10 * GB, billed, bill: { high: null, resets } }], { memory: past })], THRESHOLDS)[0]
        ?.record?.hidden;
    const noon = seen(16, 7 * GB, 7 * GB);
    // Of 3 GB used between two observations, 2.4 are billed.
    expect(evening(noon, 9.4 * GB, 1)).toBeCloseTo(0.6 * GB, -7);
    expect(evening(noon, 11 * GB, 1)).toBe(0);
    const afterReset = seen(20, 8.2 * GB, 8 * GB, noon, { resets: 1, hidden: 0.5 * GB });
    expect(evening(afterReset, 9.4 * GB, 1)).toBe(0.5 * GB);
    expect(evening(afterReset, 9.4 * GB, 2)).toBeCloseTo(0.8 * GB, -7);
    expect(evening(noon, 9.4 * GB, 0)).toBe(0);
    // What a silent device reports late was not used between the readings.
    const silent = seen(16, 7 * GB, 5 * GB, memory, { whole: false });
    expect(evening(silent, 9.4 * GB, 1)).toBeCloseTo(0.6 * GB, -7);
  });

  it('may bill within some hours what is billed every day whatever is used', () => {
    const used = (day: number): number => usedOn(day) / 10;
    const tablet = lived(days(21, (day) => ({ used: used(day), billed: used(day) + 700 * MB })));
    const morning = (more: number): string =>
      judgedAfter(tablet, { used: 200 * MB, billed: 200 * MB + more, hours: 9 }).verdict.kind;
    expect(morning(700 * MB)).toBe('ok');
    expect(morning(2 * GB)).toBe('leak');
  });

  it('accuses nobody while the answers of the airport differ', () => {
    const verdict = next({ used: 10 * GB, billed: 20 * GB }, { unsteady: true });
    expect(verdict).toMatchObject({ kind: 'unknown', reasons: [{ code: 'readings_differ' }] });
  });
});

describe('a device', () => {
  const at = threeWeeks.from + DAY;
  const silent = { absences: [{ device: '手机', since: at - 6 * HOUR, plausible: 3 * GB }] };

  it('that is silent may explain what is missing: the window stays open until it tells', () => {
    const open = lived([{ used: 10 * GB, billed: 12.5 * GB, ...silent }], threeWeeks);
    expect(open.verdicts.at(-1)).toMatchObject({
      kind: 'incomplete',
      reasons: [{ code: 'device_silent', detail: '手机' }],
      closes: false,
    });
    expect(open.from).toBe(threeWeeks.from);
    const told = lived([{ used: 12.5 * GB, billed: 10 * GB }], open);
    expect(told.verdicts.at(-1)).toMatchObject({ kind: 'ok', window: { from: threeWeeks.from }, closes: true });
  });

  it('that is silent does not explain far more, and nothing is missing where the bill fits', () => {
    expect(next({ used: 10 * GB, billed: 17 * GB, ...silent }).kind).toBe('leak');
    expect(next({ used: 10 * GB, ...silent }).kind).toBe('ok');
  });

  it('that is new used something before it was seen', () => {
    expect(next({ used: 10 * GB, billed: 30 * GB, newDevices: ['平板'] })).toMatchObject({
      kind: 'incomplete',
      reasons: [{ code: 'device_new', detail: '平板' }],
      closes: true,
    });
  });

  it('that falls silent after a leak was seen does not explain it', () => {
    const morning = judgedAfter(threeWeeks, { used: 2 * GB, billed: 12 * GB, hours: 6 });
    expect(morning.observation).toMatchObject({ leak: true, whole: true });
    const observations = [
      ...threeWeeks.memory.observations,
      ...(morning.observation === undefined ? [] : [morning.observation]),
    ];
    const memory = { ...threeWeeks.memory, observations };
    // By the night the bill would fit what was used since.
    expect(next({ used: 30 * GB, billed: 30 * GB, ...silent }, { memory })).toMatchObject({
      kind: 'leak',
      closes: true,
    });
  });
});

describe('a bill that lacks what was used', () => {
  it('is underbilled at the second night in a row', () => {
    const { verdicts } = lived(
      [
        { used: 10 * GB, billed: 4 * GB },
        { used: 10 * GB, billed: 4 * GB },
      ],
      threeWeeks,
    );
    expect(verdicts.slice(-2).map(({ kind }) => kind)).toEqual(['ok', 'underbilled']);
  });

  it('is not, where all that was used within the largest lag seen makes up for it', () => {
    // Seven hours late at times, as an observation of an earlier window showed.
    const memory = {
      ...threeWeeks.memory,
      windows: threeWeeks.memory.windows.map((each) => ({ ...each, lag: 7 * HOUR })),
    };
    const lacking = (billed: number): string[] =>
      lived(
        [
          { used: 10 * GB, billed },
          { used: 10 * GB, billed },
        ],
        { ...threeWeeks, memory },
      )
        .verdicts.slice(-2)
        .map(({ kind }) => kind);
    expect(lacking(6 * GB)).toEqual(['ok', 'ok']);
    expect(lacking(3 * GB)).toEqual(['ok', 'underbilled']);
  });

  it('is not, in windows of less than 20 hours', () => {
    const short = { used: 10 * GB, billed: 4 * GB, hours: 12 };
    const { verdicts } = lived([short, short, short], threeWeeks);
    expect(verdicts.slice(-3).map(({ kind }) => kind)).not.toContain('underbilled');
  });

  it('is made up for by an airport with a lag, which is no leak', () => {
    const late = [{ used: 10 * GB, billed: 2 * GB }, { used: 10 * GB, billed: 18 * GB }, honest(23)];
    const { verdicts } = lived(late, threeWeeks);
    expect(verdicts.slice(-3).map(({ kind }) => kind)).toEqual(['ok', 'ok', 'ok']);
  });
});

describe('what is too small for one night', () => {
  const dripping =
    (bytes: number) =>
    (day: number): Passed => ({ ...honest(day), billed: (honest(day).billed ?? 0) + bytes });

  it('is a drift once it has stayed, with when it began', () => {
    const { verdicts } = lived(
      days(10, (day) => dripping(400 * MB)(day + 21)),
      threeWeeks,
    );
    const kinds = verdicts.slice(21).map(({ kind }) => kind);
    expect(kinds).toContain('drift');
    expect(kinds.indexOf('drift')).toBeLessThan(5);
    expect(kinds).not.toContain('leak');
    const since = verdicts.at(-1)?.drift?.since ?? 0;
    expect(Math.abs(since - threeWeeks.from)).toBeLessThanOrEqual(2 * DAY);
  });

  it('ends with a report: what is observed of a day that is not over does not tell', () => {
    const drifting = lived(
      days(5, (day) => dripping(400 * MB)(day + 21)),
      threeWeeks,
    );
    expect(drifting.verdicts.at(-1)?.kind).toBe('drift');
    // Some of it is not billed yet.
    const behind = { ...honest(26), billed: (honest(26).billed ?? 0) - 2 * GB };
    expect(judgedAfter(drifting, { ...behind, hours: 21 }, { report: false }).verdict.kind).toBe('drift');
    expect(judgedAfter(drifting, behind).verdict.kind).toBe('ok');
  });

  it('goes on from look to look, also where a device has fallen silent, until a report can compare', () => {
    const past = lived([dripping(400 * MB)(21)], threeWeeks);
    expect(past.verdicts.at(-1)?.kind).toBe('ok');
    const day = dripping(400 * MB)(22);
    const look = judgedAfter(past, { ...day, hours: 22 }, { report: false });
    expect(look.verdict).toMatchObject({ kind: 'drift', drift: { since: threeWeeks.from } });
    const at = past.from + 22 * HOUR;
    const looked = { ...past, memory: afterObservation(past.memory, past.from, at, look) };
    const asleep = { ...day, absences: [{ device: '手机', since: at, plausible: GB }] };
    expect(judgedAfter(looked, asleep).verdict).toMatchObject({ kind: 'drift', drift: look.verdict.drift });
    expect(judgedAfter(past, asleep).verdict.kind).toBe('ok');
    // Half of it was an error of the airport's, which the report sees.
    const lowered = { ...day, billed: (day.billed ?? 0) - 900 * MB };
    expect(judgedAfter(looked, { ...lowered, hours: 23 }, { report: false }).verdict.kind).toBe('drift');
    expect(judgedAfter(looked, lowered).verdict.kind).toBe('ok');
  });

  it('is no news once a person knows of it, and a leak once they call it one', () => {
    const drifting = lived(
      days(5, (day) => dripping(400 * MB)(day + 21)),
      threeWeeks,
    );
    expect(drifting.verdicts.at(-1)?.kind).toBe('drift');
    const answered = (answers: Asked['answers']): string =>
      judgedAfter(drifting, dripping(400 * MB)(26), { answers }).verdict.kind;
    expect(answered([{ kind: 'known', at: drifting.from, daily: 400 * MB }])).toBe('ok');
    expect(answered([{ kind: 'leak', at: drifting.from }])).toBe('leak');
    expect(answered([{ kind: 'known', at: BEGAN, daily: 400 * MB }])).toBe('drift');
    // They spoke of less, as of health checks that they were asked of when it began.
    expect(answered([{ kind: 'known', at: drifting.from, daily: 100 * MB }])).toBe('drift');
    expect(answered([{ kind: 'known', at: drifting.from, share: 0.01 }])).toBe('drift');
    expect(answered([{ kind: 'known', at: drifting.from, daily: 250 * MB }])).toBe('ok');
  });

  it('is expected where kernels count health checks that cost as much', () => {
    const checked = days(10, (day) => ({ ...dripping(600 * MB)(day + 21), checks: 600 * MB }));
    const { verdicts } = lived(checked, threeWeeks);
    expect(new Set(verdicts.slice(21).map(({ kind }) => kind))).toEqual(new Set(['ok']));
    expect(verdicts.at(-1)?.surplus).toBeUndefined();
    expect(Math.abs((verdicts.at(-1)?.learned?.checks ?? 0) / (600 * MB) - 1)).toBeLessThan(0.05);
  });

  describe('what a person knows of', () => {
    const past = lived(days(21, dripping(600 * MB)));
    const answers = [{ kind: 'known', at: past.from - 5 * DAY, daily: 600 * MB }] as const;
    const goneOn = (bytes: number, count = 10): Verdict[] =>
      lived(
        days(count, (day) => dripping(bytes)(day + 21)),
        past,
        { answers },
      ).verdicts.slice(21);

    it('is asked for again, once, where it grows: that alarms nobody', () => {
      const verdicts = goneOn(1000 * MB);
      expect(new Set(verdicts.map(({ kind }) => kind))).toEqual(new Set(['ok']));
      expect(verdicts.filter(({ surplus }) => surplus?.reported === true)).toHaveLength(1);
      const { surplus } = verdicts.at(-1) ?? {};
      expect(surplus).toMatchObject({ answered: null, explained: 600 * MB });
      expect(Math.abs((surplus?.daily.likely ?? 0) / (400 * MB) - 1)).toBeLessThan(0.15);
    });

    it('is no news where nobody has answered the question yet, until half more is billed', () => {
      const unanswered = (bytes: number): Verdict[] =>
        lived(
          days(10, (day) => dripping(bytes)(day + 21)),
          past,
        ).verdicts.slice(21);
      const verdicts = unanswered(850 * MB);
      expect(new Set(verdicts.map(({ kind }) => kind))).toEqual(new Set(['ok']));
      expect(verdicts.some(({ surplus }) => surplus?.reported === true)).toBe(false);
      expect(unanswered(1000 * MB).map(({ kind }) => kind)).toContain('drift');
    });

    it('is no leak on a day that shows what they were told, and half more', () => {
      const idle = (bytes: number, over: Partial<Asked> = {}): string =>
        judgedAfter(past, { used: GB / 2, billed: GB / 2 + bytes }, over).verdict.kind;
      expect(idle(1000 * MB)).toBe('ok');
      expect(idle(1300 * MB)).toBe('leak');
      // What they said that they know is as much as they said.
      expect(idle(1000 * MB, { answers })).toBe('leak');
    });

    it('is told by reports alone', () => {
      const early = lived(days(2, dripping(600 * MB)));
      const tells = (report: boolean): boolean =>
        judgedAfter(early, dripping(600 * MB)(2), { report }).verdict.surplus?.reported ?? false;
      expect([true, false].map(tells)).toEqual([true, false]);
    });

    it('is no longer what grows where more than as much again is billed', () => {
      expect(goneOn(1400 * MB, 6).map(({ kind }) => kind)).toContain('drift');
      expect(goneOn(5 * GB, 3).map(({ kind }) => kind)).toContain('leak');
    });
  });

  it('is told once as a surplus where it was there from the first day', () => {
    const { verdicts } = lived(days(30, dripping(700 * MB)));
    expect(verdicts.filter(({ surplus }) => surplus?.reported === true)).toHaveLength(1);
    expect(verdicts.findIndex(({ surplus }) => surplus?.reported === true)).toBeLessThan(10);
    expect(verdicts.at(-1)).toMatchObject({
      kind: 'ok',
      surplus: { reported: false, answered: null, sinceBeginning: true },
    });
    expect(verdicts.map(({ kind }) => kind)).not.toContain('drift');
  });

  it('is a leak from the first night on which a person calls it one, until it ends', () => {
    const past = lived(days(21, dripping(700 * MB)));
    const answers = [{ kind: 'leak', at: past.from }] as const;
    const on = lived(
      days(3, (day) => dripping(700 * MB)(day + 21)),
      past,
      { answers },
    );
    expect(on.verdicts.slice(21).map(({ kind }) => kind)).toEqual(['leak', 'leak', 'leak']);
    const ended = lived(
      days(6, (day) => honest(day + 24)),
      on,
      { answers },
    );
    expect(ended.verdicts.at(-1)?.kind).toBe('ok');
  });
});

it('learns a multiplier that no name tells, and tells it', () => {
  const nodesOn = (day: number) => [nodeOf(usedOn(day)), nodeOf(usedOn(day + 50), { node: '日本 02', stated: false })];
  const past = lived(
    days(21, (day) => ({ nodes: nodesOn(day), billed: Math.round(usedOn(day) + 2 * usedOn(day + 50)) })),
  );
  const { learned } = past.verdicts.at(-1) ?? {};
  expect(learned?.multipliers).toMatchObject([{ node: '日本 02' }]);
  const [multiplier] = learned?.multipliers ?? [];
  expect(multiplier?.low).toBeLessThanOrEqual(2.01);
  expect(multiplier?.high).toBeGreaterThanOrEqual(1.99);
  const { verdict } = judgedAfter(past, { nodes: nodesOn(21), billed: usedOn(21) + 2 * usedOn(71) });
  expect(verdict.kind).toBe('ok');
});

/** Nights of two airports in a row: what all devices used, and what each airport billed. */
function livedTogether(
  nights: readonly { nodes: readonly NodeUse[]; billed: readonly [number, number] }[],
): Verdict[][] {
  let memories = [NO_PAST.memory, NO_PAST.memory];
  return nights.map(({ nodes, billed }, night) => {
    const from = BEGAN + night * DAY;
    const asked = memories.map((memory, index) =>
      askedOf(from, [{ nodes, billed: billed[index] ?? 0 }], { airport: index === 0 ? 'a' : 'b', airports: 2, memory }),
    );
    const judged = judge(asked, THRESHOLDS);
    memories = memories.map((memory, index) => {
      const each = judged[index] ?? {};
      return afterClose(afterObservation(memory, from, from + DAY, each), each);
    });
    return judged.map(({ verdict }) => verdict);
  });
}

describe('two airports whose nodes no rule tells apart', () => {
  const nodeOfSome = (index: number, bytes: number) =>
    nodeOf(bytes, { node: `香港 0${index}`, stated: false, ownership: 'possible' });
  const kinds = (nights: readonly Verdict[][]): Set<string> => new Set(nights.flat().map(({ kind }) => kind));
  /** One node of both, of which now one and now the other bills more. */
  const oneNode = (night: number, more = 0) => {
    const first = Math.round(usedOn(night) * (0.2 + 0.6 * Math.abs(chanceOn(night + 7))));
    return { nodes: [nodeOfSome(1, usedOn(night))], billed: [first + more, usedOn(night) - first] as const };
  };
  /** Two nodes of each. */
  const ownNodes = (night: number) => {
    const nodes = [1, 2, 3, 4].map((index) => nodeOfSome(index, usedOn(4 * night + index)));
    const sum = (...all: readonly (NodeUse | undefined)[]): number =>
      all.reduce((bytes, each) => bytes + (each?.bytes ?? 0), 0);
    return { nodes, billed: [sum(nodes[0], nodes[1]), sum(nodes[2], nodes[3])] as const };
  };

  it('are judged together from the first window on, with their bills and nodes', () => {
    const [[first, second] = []] = livedTogether([oneNode(0)]);
    const pool = { airports: ['a', 'b'], billed: usedOn(0), nodes: ['香港 01'] };
    expect(first).toMatchObject({ kind: 'ok', pool });
    expect(second).toMatchObject({ kind: 'ok', pool });
    expect(first?.pool?.expected.likely).toBe(usedOn(0));
  });

  it('are never accused by themselves where their bills fit together', () => {
    expect(kinds(livedTogether(days(21, (night) => oneNode(night))))).toEqual(new Set(['ok']));
  });

  it('are told apart once their bills have shown whose nodes are whose', () => {
    const nights = livedTogether(days(21, ownNodes));
    expect(kinds(nights)).toEqual(new Set(['ok']));
    expect(nights[0]?.every(({ pool }) => pool !== undefined)).toBe(true);
    expect(nights.at(-1)?.every(({ pool }) => pool === undefined)).toBe(true);
  });

  it('leave a steady surplus with the one that bills it, also once they are told apart', () => {
    const nights = livedTogether(
      days(24, (night) => {
        const { nodes, billed } = ownNodes(night);
        return { nodes, billed: [billed[0], billed[1] + 1500 * MB] };
      }),
    );
    const [a, b] = nights.at(-1) ?? [];
    expect(a?.surplus).toBeUndefined();
    expect(b).toMatchObject({ kind: 'ok', surplus: { answered: null, sinceBeginning: true } });
    expect(Math.abs((b?.surplus?.daily.likely ?? 0) / (1500 * MB) - 1)).toBeLessThan(0.1);
  });

  it('are accused together where together they bill far too much', () => {
    const nights = livedTogether([...days(10, (night) => oneNode(night)), oneNode(10, 2 * usedOn(10))]);
    const last = nights.at(-1) ?? [];
    expect(last.map(({ kind }) => kind)).toEqual(['leak', 'leak']);
    const pools = last.flatMap(({ pool }) => (pool === undefined ? [] : [pool.billed]));
    expect(new Set(pools)).toEqual(new Set([3 * usedOn(10)]));
  });

  it('are not accused of what one showed while the other could not be read, where together they bill what was used', () => {
    const over = { airports: 2 };
    const passed = (node: string, more = 0, chance = 0) => {
      const shared = nodeOf(500 * MB, { ownership: 'possible' });
      return (day: number): Passed => ({
        nodes: [nodeOf(usedOn(day), { node }), shared],
        billed: Math.round(usedOn(day) * (1 + 0.01 * chanceOn(day + chance)) + 250 * MB + more),
      });
    };
    const livedBy = (node: string, more: number, chance: number) =>
      lived([...days(21, passed(node, 0, chance)), passed(node, more, chance)(21)], NO_PAST, over);
    const look = ({ from, memory }: typeof a, day: Passed, hours: number): Asked =>
      askedOf(from, [{ ...day, hours }], { ...over, memory, report: false });
    const a = livedBy('甲', 2 * GB, 0);
    const b = livedBy('乙', -2 * GB, 500);
    const [ofA, ofB] = [passed('甲', 2 * GB)(22), passed('乙', -2 * GB, 500)(22)];
    const [alone] = judge([look(a, ofA, 22)], THRESHOLDS);
    expect(alone?.verdict.kind).toBe('leak');
    const memory = afterObservation(a.memory, a.from, a.from + 22 * HOUR, alone ?? {});
    const both = judge([look({ ...a, memory }, ofA, 23), look(b, ofB, 23)], THRESHOLDS);
    expect(both.map(({ verdict: { kind, drift } }) => [kind, drift])).toEqual([
      ['ok', undefined],
      ['ok', undefined],
    ]);
  });
});

const honestDays = fc.record({
  use: fc.array(fc.integer({ min: 0, max: 30_000 }), { minLength: 45, maxLength: 65 }),
  luck: fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 70, maxLength: 70 }),
  noise: fc.constantFrom(0, 0.002, 0.01),
  beside: fc.constantFrom(0, 40),
});

it('accuses no honest, prompt airport, whatever is used', () => {
  fc.assert(
    fc.property(honestDays, ({ use, luck, noise, beside }) => {
      const { verdicts } = lived(
        use.map((megabytes, day): Passed => {
          const billed = megabytes * (1 + (noise * (luck[day] ?? 0)) / 1000) + beside;
          return { used: megabytes * MB, billed: Math.round(billed * MB) };
        }),
      );
      expect(new Set(verdicts.map(({ kind }) => kind))).toEqual(new Set(['ok']));
    }),
    { numRuns: 4, endOnFailure: true },
  );
});

it('never turns a bill inside its own range into an accusation', () => {
  const figure = fc.integer({ min: 0, max: 40_000 });
  fc.assert(
    fc.property(figure, figure, figure, (used, lost, unattributed) => {
      const day = { used: used * MB, lost: lost * MB, unattributed: unattributed * MB };
      const { expected } = next(day);
      for (const billed of [expected?.low ?? 0, expected?.high ?? 0]) expect(next({ ...day, billed }).kind).toBe('ok');
    }),
  );
});
