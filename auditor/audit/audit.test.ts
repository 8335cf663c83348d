import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createPrometheus, type Labels } from '../../runtime/prometheus.ts';
import { OBJECT_NAMES } from '../../test/object-names.ts';
import { type ScriptedSeries, scriptedPrometheus } from '../../test/scripted-prometheus.ts';
import { GB, HOUR } from '../../test/windows.ts';
import { parseUserinfo } from '../airport/subscription.ts';
import { readAuditorConfig } from '../config.ts';
import { type AuditState, EMPTY_STATE, readAuditState, writeAuditState } from '../state/audit-state.ts';
import { createExactSums } from '../usage/exact-sums.ts';
import { createUsageReader } from '../usage/window-use.ts';
import { readingOutcome } from '../verdict/reading.ts';
import { type Audit, audit } from './audit.ts';

const BEGAN = Date.parse('2026-11-02T23:55:00+08:00');
const { settings: CONFIG } = readAuditorConfig(
  'ServerSetting.ini',
  '[server]\nSubUrls = ["a"]="https://a.example"\nTimezone = Asia/Shanghai',
  '/',
);
/** About half a gigabyte an hour, by a device whose airport bills what it uses; no round figures, which look rounded. */
const used = (at: number): number => Math.floor(((at - BEGAN) / HOUR + 100) * 537_001_337);
const usedBetween = (from: number, to: number): number => used(BEGAN + to * HOUR) - used(BEGAN + from * HOUR);
const identity = { job: 'flowcollect', user: 'default', instance: '手机' };
const seriesOf = (device: Labels, node: string): Omit<ScriptedSeries, 'valueAt'> => ({
  metric: 'flowcollect_traffic_bytes_total',
  labels: { ...device, class: 'proxy', node, direction: 'download', accounting: 'measured' },
});
const SERIES: ScriptedSeries[] = [
  { ...seriesOf(identity, '香港 01'), valueAt: used },
  { metric: 'push_time_seconds', labels: identity, valueAt: (at) => at / 1000 },
];

/** What the airport answers at an hour, in bytes. */
type Answers = (hour: number, at: number) => number;
interface Played {
  readonly state: AuditState;
  /** By hour. */
  readonly observations: ReadonlyMap<number, Audit>;
}

/** An auditor that observes every six hours and reports at each midnight. */
async function play(
  hours: number,
  answers: Answers,
  keep: (state: AuditState) => Promise<AuditState>,
  config = CONFIG,
  series = SERIES,
): Promise<Played> {
  let now = BEGAN;
  const clock = (): number => now;
  const prometheus = createPrometheus({ addresses: () => config.prometheus, fetch: scriptedPrometheus(series) });
  const sums = createExactSums(prometheus, clock);
  const airports = {
    read: async () => {
      const bytes = answers((now - BEGAN) / HOUR, now);
      return readingOutcome({ at: now, ...parseUserinfo(`upload=0; download=${bytes}; total=${2 ** 49}`) });
    },
  };
  const observations = new Map<number, Audit>();
  let state = EMPTY_STATE;
  for (let hour = 0; hour <= hours; hour += 6) {
    now = BEGAN + hour * HOUR;
    const observation = await audit(
      { airports, prometheus, sums, usage: createUsageReader(prometheus, sums), clock },
      config,
      state,
    );
    observations.set(hour, observation);
    state = await keep(hour % 24 === 0 ? observation.reported() : observation.observed);
  }
  return { state, observations };
}
const inMemory = async (state: AuditState): Promise<AuditState> => state;
const airportOf = (audited: Audit | undefined) => audited?.model.airports[0];
const windowsOf = ({ state }: Played) => state.airports.get('a')?.windows ?? [];

it('audits an airport, a user, a device and a node whatever they are called', async () => {
  for (const name of OBJECT_NAMES) {
    const text = `[server]\nTimezone = Asia/Shanghai\n[airport.${name}]\nUrl = https://a.example\nUser = ${name}\n[user.${name}]`;
    const { settings } = readAuditorConfig('ServerSetting.ini', text, '/');
    const owned = { job: 'flowcollect', user: name, instance: name };
    const series = [
      { ...seriesOf(owned, name), valueAt: used },
      { metric: 'push_time_seconds', labels: owned, valueAt: (at: number) => at / 1000 },
    ];
    const { observations, state } = await play(48, (_, at) => used(at), inMemory, settings, series);
    expect(observations.get(48)?.model.airports).toMatchObject([{ airport: name, verdict: { kind: 'ok' } }]);
    expect([...state.airports.keys()]).toEqual([name]);
  }
});

describe('an answer that is set aside', () => {
  it('is unknown with its reason, and what was believed last is shown', async () => {
    const { observations } = await play(54, (hour, at) => (hour === 48 ? used(at) - 8 * GB : used(at)), inMemory);
    expect(airportOf(observations.get(48))).toMatchObject({
      used: used(BEGAN + 42 * HOUR),
      verdict: { kind: 'unknown', reasons: [{ code: 'reading_fell' }], closes: false },
      forecast: { known: false, reason: { code: 'use_in_doubt' } },
    });
    // The window waits, and holds all that was billed once the airport tells it again.
    expect(airportOf(observations.get(54))).toMatchObject({
      used: used(BEGAN + 54 * HOUR),
      verdict: { kind: 'ok', window: { from: BEGAN + 24 * HOUR }, bill: { likely: usedBetween(24, 54) } },
    });
  });

  it('is never a bill, however often the airport answers by turns from two links', async () => {
    const played = await play(8 * 24, (hour, at) => used(at) - ((hour / 6) % 3 === 1 ? 5 * GB : 0), inMemory);
    const kinds = [...played.observations.values()].map((observation) => airportOf(observation)?.verdict.kind);
    expect(new Set(kinds)).toEqual(new Set(['unknown', 'ok']));
    const windows = windowsOf(played);
    expect(windows.length).toBeGreaterThan(3);
    for (const { from, to, bill } of windows) expect(bill.likely).toBeLessThanOrEqual(used(to) - used(from));
  });
});

describe('a reset', () => {
  it('that comes unannounced begins no accusation, and later windows are judged again', async () => {
    const reset = 5 * 24 + 3;
    const answers: Answers = (hour, at) => (hour < reset ? used(at) : used(at) - used(BEGAN + reset * HOUR));
    const played = await play(12 * 24, answers, inMemory);
    const kinds = [...played.observations.values()].map((observation) => airportOf(observation)?.verdict.kind);
    expect(kinds).not.toContain('leak');
    expect(kinds).not.toContain('underbilled');
    expect(windowsOf(played).filter(({ bill }) => bill.high === null)).toHaveLength(1);
    expect(airportOf(played.observations.get(12 * 24))?.verdict).toMatchObject({
      kind: 'ok',
      bill: { likely: usedBetween(11 * 24, 12 * 24) },
    });
  });
});

it('finds the same where its state is kept in a file from one observation to the next', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'flowcollect-audit-'));
  const path = join(folder, 'state.json');
  const inFile = async (state: AuditState): Promise<AuditState> => {
    await writeAuditState(path, state);
    return readAuditState(path);
  };
  const answers: Answers = (hour, at) => used(at) - (hour === 30 ? GB : 0) + (hour > 6 * 24 ? 12 * GB : 0);
  const [kept, plain] = [await play(7 * 24, answers, inFile), await play(7 * 24, answers, inMemory)];
  expect(kept.state).toEqual(plain.state);
  expect(airportOf(kept.observations.get(7 * 24))).toEqual(airportOf(plain.observations.get(7 * 24)));
  expect(airportOf(kept.observations.get(7 * 24))?.verdict.kind).toBe('leak');
  await rm(folder, { recursive: true });
});
