import { describe, expect, it } from 'vitest';
import { DAY, GB, HOUR, MB, THRESHOLDS } from '../../test/windows.ts';
import { type Circumstances, type Decision, decide, type Findings, gravest } from './verdict.ts';

const TO = 100 * DAY;
/** The bill of a day fits, and every device has reported. */
const fits: Findings = {
  gross: false,
  sure: true,
  lagKnown: true,
  excess: -GB,
  difference: 0,
  lacking: false,
  changeIsGross: false,
  leaks: false,
};
const tooMuch: Partial<Findings> = { gross: true, excess: 2 * GB, difference: 3 * GB };
const change = { since: TO - 5 * DAY, days: 5, bytes: GB };
const decided = (found: Partial<Findings>, given: Partial<Circumstances> = {}): Decision =>
  decide(
    { ...fits, ...found },
    {
      to: TO,
      days: 1,
      thresholds: THRESHOLDS,
      absences: [],
      newDevices: [],
      leakSeen: false,
      unsteady: false,
      lackedBefore: false,
      ...given,
    },
  );
const silent = (plausible: number, since: number | null = TO - 6 * HOUR) => ({
  absences: [{ device: '手机', since, plausible }],
});

describe('a bill that is too high', () => {
  it('is a leak', () => {
    expect(decided(tooMuch)).toEqual({ kind: 'leak', reasons: [], closes: true });
  });

  it('is incomplete while a silent device explains it, and the window waits', () => {
    expect(decided(tooMuch, silent(3 * GB))).toEqual({
      kind: 'incomplete',
      reasons: [{ code: 'device_silent', detail: '手机' }],
      closes: false,
    });
  });

  it('is a leak beyond what a silent device explains, and beyond a week of its silence', () => {
    expect(decided(tooMuch, silent(GB)).kind).toBe('leak');
    expect(decided(tooMuch, silent(100 * GB, TO - 8 * DAY)).kind).toBe('leak');
  });

  it('stays the leak that showed while all devices had reported, whoever is silent since', () => {
    expect(decided(tooMuch, { ...silent(3 * GB), leakSeen: true })).toMatchObject({ kind: 'leak', closes: false });
    const differ = { ...silent(3 * GB), leakSeen: true, unsteady: true };
    expect(decided(tooMuch, differ)).toMatchObject({ kind: 'unknown', reasons: [{ code: 'readings_differ' }] });
  });

  it('is incomplete with a device that is new, which will never tell more', () => {
    expect(decided(tooMuch, { newDevices: ['平板'] })).toEqual({
      kind: 'incomplete',
      reasons: [{ code: 'device_new', detail: '平板' }],
      closes: true,
    });
  });

  it('stays what earlier days show, whichever device is silent or new', () => {
    expect(decided({ ...tooMuch, change }, silent(3 * GB))).toMatchObject({ kind: 'drift', closes: false });
    const gross = { ...tooMuch, change, changeIsGross: true };
    expect(decided(gross, silent(3 * GB))).toMatchObject({ kind: 'leak', closes: false });
    expect(decided(gross, { newDevices: ['平板'] })).toMatchObject({ kind: 'leak', closes: true });
    expect(decided({ ...tooMuch, leaks: true }, silent(3 * GB)).kind).toBe('leak');
    expect(decided({ ...tooMuch, sure: false, change }).kind).toBe('drift');
  });

  it.each([
    ['the lag of the airport is not known', { ...tooMuch, lagKnown: false }, {}, 'lag_unknown'],
    ['so much may be chance with this airport', { ...tooMuch, sure: false }, {}, 'habit_unknown'],
  ] as const)('accuses nobody while %s', (_, found, given, code) => {
    expect(decided(found, given)).toMatchObject({ kind: 'unknown', reasons: [{ code }], closes: true });
  });

  it('waits for answers that agree, for three days', () => {
    const differ = { kind: 'unknown', reasons: [{ code: 'readings_differ' }] };
    expect(decided(tooMuch, { unsteady: true })).toMatchObject({ ...differ, closes: false });
    expect(decided(tooMuch, { unsteady: true, days: 3 })).toMatchObject({ ...differ, closes: true });
  });
});

describe('a bill that fits', () => {
  it('is ok, whoever is silent', () => {
    expect(decided({}, silent(3 * GB))).toEqual({ kind: 'ok', reasons: [], closes: true });
  });

  it('waits for the bytes of a silent device where it may hold some of them, for three days', () => {
    expect(decided({ difference: 150 * MB }, silent(3 * GB)).closes).toBe(false);
    expect(decided({ difference: 150 * MB }, { ...silent(3 * GB), days: 3 }).closes).toBe(true);
  });

  it('is a leak where one showed while all devices had reported', () => {
    expect(decided({}, { ...silent(3 * GB), leakSeen: true })).toMatchObject({ kind: 'leak', closes: true });
  });

  it('is a drift, or a leak, where the newest days together were too dear', () => {
    expect(decided({ change }).kind).toBe('drift');
    expect(decided({ change, changeIsGross: true }).kind).toBe('leak');
  });

  it('is a leak while what a person calls one goes on', () => {
    expect(decided({ leaks: true }).kind).toBe('leak');
  });
});

it('is underbilled at the second window in a row that lacks much, and not before', () => {
  expect(decided({ lacking: true }).kind).toBe('ok');
  expect(decided({ lacking: true }, { lackedBefore: true })).toMatchObject({ kind: 'underbilled', closes: true });
  expect(decided({}, { lackedBefore: true }).kind).toBe('ok');
});

it('begins a report with what needs attention most', () => {
  expect(gravest(['ok', 'unknown', 'leak'])).toBe('leak');
  expect(gravest(['ok', 'ok'])).toBe('ok');
  expect(gravest([])).toBe('unknown');
});
