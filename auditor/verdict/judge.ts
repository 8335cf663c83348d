import { namedBill, spanOf } from './compared.ts';
import type { Pool } from './finding.ts';
import { type Judgement, judgeWindow, presentHabit } from './judgement.ts';
import { learnedBilling } from './learn.ts';
import {
  type Left,
  lagOf,
  leakSeenIn,
  type Memory,
  nightsOf,
  type Observation,
  shownIn,
  trafficOf,
  unbilledAt,
  usedWithin,
  withHidden,
} from './observations.ts';
import { poolOf } from './pool.ts';
import { type Bill, reason } from './reading.ts';
import { DAY, type Habit, LONGEST_LAG, type WindowRecord } from './span.ts';
import { type Answer, reportedOf } from './surplus.ts';
import type { Expected } from './use.ts';
import { decide, type Findings, type Thresholds, type Usage, undecided, type Verdict } from './verdict.ts';

/** Whether an airport could be read, when, and why not. */
type Outcome =
  | { readonly known: true; readonly at: number }
  | { readonly known: false; readonly reasons: Verdict['reasons'] };

/** What one airport is judged by. */
export interface Asked {
  readonly airport: string;
  /** When the open window began, epoch milliseconds; absent while no reading began one. */
  readonly from: number | undefined;
  readonly outcome: Outcome;
  /** What was billed since; absent where the outcome is not known. */
  readonly bill: Bill | undefined;
  /** Whether answers of the airport differed lately. */
  readonly unsteady: boolean;
  /** Whether a report asks: a surplus is told by reports alone. */
  readonly report: boolean;
  readonly usage: Usage;
  readonly memory: Memory;
  /** What a person answered to surpluses of this airport, oldest first. */
  readonly answers: readonly Answer[];
  /** How many airports its user has. */
  readonly airports: number;
}

/** One airport judged, with what the observation leaves behind. */
export interface Judged extends Left {
  readonly verdict: Verdict;
}

interface Draft {
  readonly asked: Asked;
  readonly use: Extract<Usage, { known: true }>;
  readonly bill: Bill;
  readonly record: WindowRecord;
  readonly observation: Observation;
  readonly judgement: Judgement;
}

/** Bytes by which a bill may be off without asking who was silent. */
const BALANCED = 8 * 2 ** 20;
/** An airport whose nodes leave more than this share of its bill open, to two standard deviations, is judged with the others. */
const UNSTATED = 0.15;
/** Standard deviations of a window that are chance rather than a lag. */
const CHANCE_DEVIATIONS = 4;
/** Windows whose longest lag is allowed for. */
const LAGS_BACK = 30;

/**
 * Judges all airports of one user over the windows that end now. Each is judged by its own nodes; where these cannot be told
 * from those of another airport, by all of them together.
 */
export function judge(asked: readonly Asked[], thresholds: Thresholds): Judged[] {
  const drafts = asked.map((each) => draftOf(each, thresholds));
  const whole = drafts.filter((each): each is Draft => 'judgement' in each);
  const pool =
    whole.length === asked.length && whole.length > 1 && whole.some(needsOthers)
      ? pooled(whole, thresholds)
      : undefined;
  return drafts.map((draft) => {
    if (!('judgement' in draft)) return { verdict: draft };
    return pool !== undefined && hasShared(draft)
      ? judged(draft, pool.judgement, thresholds, pool)
      : judged(draft, draft.judgement, thresholds);
  });
}

function draftOf(asked: Asked, thresholds: Thresholds): Draft | Verdict {
  const { from, outcome, bill, usage, memory, answers } = asked;
  if (!outcome.known) return undecided(outcome.reasons, false);
  if (from === undefined || bill === undefined) return undecided([reason('first_reading')], true);
  // A clock that was set back: neither samples nor lags can be told apart in such a window.
  if (outcome.at < from) return undecided([reason('clock_set_back')], true);
  const window = { from, to: outcome.at };
  if (!usage.known) return { ...undecided(usage.reasons, false), window, bill };
  if (usage.devices === 0) return { ...undecided([reason('no_devices')], true), window, bill };
  const { windows, observations } = memory;
  const shown = recordOf(asked, usage, bill, window);
  const habit = presentHabit(windows);
  const { likely, chance } = habit.predict([spanOf([shown])]);
  const base = observations.findLast(({ at }) => at === from);
  const known = Math.max(0, ...windows.slice(-LAGS_BACK).map(({ lag }) => lag));
  const observed = {
    at: window.to,
    billed: (base?.billed ?? 0) + bill.likely,
    expected: (base?.expected ?? 0) + likely,
    whole: usage.absences.length === 0,
    leak: false,
    change: null,
    resets: bill.resets ?? 0,
    hidden: 0,
  };
  const observation = withHidden(observations, from, observed, known > 0);
  const open = { ...shown, hidden: shown.hidden === null ? null : observation.hidden };
  const balanced = isBalanced(windows, open, habit);
  const seen = [...observations, { ...observation, whole: observation.whole || balanced }];
  // Early in a window, chance is that of the days before.
  const last = windows.at(-1);
  const usual = last === undefined ? 0 : habit.predict([spanOf([last])]).chance;
  const fresh = lagOf(seen, CHANCE_DEVIATIONS * Math.sqrt(Math.max(chance, usual)));
  const lag = Math.max(fresh, known);
  const [atStart, atEnd] = [unbilledAt(seen, from, lag, lag), unbilledAt(seen, window.to, lag, lag)];
  const record = {
    ...open,
    whole: observation.whole || balanced,
    deferred: Math.round((atEnd.low + atEnd.high - atStart.low - atStart.high) / 2),
    slack: Math.round((atEnd.high - atEnd.low + atStart.high - atStart.low) / 2),
    nights: nightsOf(seen, from),
    backlog: unbilledAt(seen, from, lag, LONGEST_LAG).high,
    unbilled: usedWithin(seen, window.to, lag),
    lag: fresh,
  };
  const judgement = judgeWindow(windows, record, thresholds, answers, {
    report: asked.report,
    shown: shownIn(memory, from),
  });
  return { asked, use: usage, bill, record, observation: { ...observation, whole: record.whole }, judgement };
}

/** Whether nothing is left for silent devices to tell, in any of the windows since all had reported. */
function isBalanced(windows: readonly WindowRecord[], open: WindowRecord, habit: Habit): boolean {
  const pending = windows.slice(windows.findLastIndex(({ whole }) => whole) + 1);
  const [first = open, ...others] = [...pending, open];
  const span = spanOf([first, ...others]);
  // What may be off in an earlier one hides what a device has not told.
  const { chance, unsure } = habit.predict([spanOf([open])]);
  return span.bill - habit.predict([span]).likely <= Math.max(BALANCED, Math.sqrt(chance + unsure));
}

/** The open window as it would be remembered, before it is judged. */
function recordOf(
  { airports, memory }: Asked,
  { use, newDevices }: Draft['use'],
  { low, likely, high, resets }: Bill,
  { from, to }: { readonly from: number; readonly to: number },
): WindowRecord {
  const traffic = trafficOf(use, airports);
  return {
    ...traffic,
    from,
    to,
    kind: 'unknown',
    bill: { low, likely, high },
    hidden: high === null && resets === undefined ? null : 0,
    named: namedBill(traffic),
    deferred: 0,
    slack: 0,
    nights: [],
    backlog: 0,
    unbilled: 0,
    whole: true,
    newDevices: newDevices.length > 0,
    acknowledged: false,
    lag: 0,
    regime: memory.windows.at(-1)?.regime ?? from,
    changed: null,
    lacking: false,
    reported: null,
  };
}

const hasShared = ({ record }: Pick<Draft, 'record'>): boolean =>
  record.nodes.some(({ owners, bytes }) => owners > 1 && bytes > 0);

/** An airport that shares nodes is accused of nothing that all of them together do not show. */
function needsOthers(draft: Draft): boolean {
  const { gross, lacking, change } = draft.judgement;
  return hasShared(draft) && (isUnstated(draft) || gross || lacking || change !== undefined);
}

/** Whether nodes of which no rule says whose they are leave most of an airport's bill open. */
function isUnstated({ record, judgement: { habit } }: Draft): boolean {
  const { likely, unsure } = habit.predict([spanOf([record])]);
  return 2 * Math.sqrt(unsure) > UNSTATED * likely;
}

/** Airports judged together. */
interface Together {
  readonly judgement: Judgement;
  readonly pool: Pool;
  /** Whether each of those that share nodes showed a leak earlier in the window. */
  readonly leakSeen: boolean;
}

function pooled(drafts: readonly Draft[], thresholds: Thresholds): Together | undefined {
  const pool = poolOf(drafts.map(({ asked, record }) => ({ windows: asked.memory.windows, current: record })));
  if (pool === undefined) return undefined;
  const answers = drafts.flatMap(({ asked }) => asked.answers).sort((a, b) => a.at - b.at);
  const report = drafts.every(({ asked }) => asked.report);
  const sharing = drafts.filter(hasShared);
  const shown = sharing.map(({ asked: { memory }, record }) => shownIn(memory, record.from));
  const judgement = judgeWindow(pool.windows, pool.current, thresholds, answers, {
    report,
    // What one of them showed while another could not be read may have been billed by the other.
    shown: shown.includes(null) ? null : (shown[0] ?? null),
  });
  const open = drafts
    .flatMap(({ record }) => record.nodes)
    .filter(({ owners, bytes }) => owners > 1 && bytes > 0)
    .sort((a, b) => b.bytes - a.bytes);
  return {
    judgement,
    leakSeen: sharing.every(({ asked: { memory }, record }) => leakSeenIn(memory, record.from)),
    pool: {
      airports: drafts.map(({ asked }) => asked.airport),
      billed: pool.current.bill.likely,
      expected: judgement.expected,
      nodes: [...new Set(open.map(({ node }) => node))],
    },
  };
}

function judged(draft: Draft, judgement: Judgement, thresholds: Thresholds, together?: Together): Judged {
  const { asked, use, bill, record, observation } = draft;
  const { windows } = asked.memory;
  const own = draft.judgement;
  const billed = together?.pool.billed ?? bill.likely;
  const findings: Findings = { ...judgement, difference: billed - judgement.expected.likely };
  const decision = decide(findings, {
    to: record.to,
    days: (record.to - record.from) / DAY,
    thresholds,
    absences: use.absences,
    newDevices: use.newDevices,
    leakSeen: together?.leakSeen ?? leakSeenIn(asked.memory, record.from),
    unsteady: asked.unsteady,
    lackedBefore: windows.at(-1)?.lacking ?? false,
  });
  const { change } = judgement;
  // What all show together is told with the first of them, by the report; a window that stays open tells nothing yet.
  const reported =
    together === undefined || together.pool.airports[0] === asked.airport ? judgement.surplus : undefined;
  const tells = asked.report && decision.closes;
  const surplus = reported === undefined || tells ? reported : { ...reported, reported: false };
  const expected: Expected = {
    ...own.expected,
    used: use.use.nodes.reduce(
      (sum, { bytes, uncounted, ownership }) => sum + (ownership === 'sure' ? bytes + uncounted : 0),
      0,
    ),
  };
  const verdict: Verdict = {
    ...decision,
    // A reset that was due is no news.
    reasons:
      bill.newCycle && bill.resets === undefined ? [reason('cycle_began'), ...decision.reasons] : decision.reasons,
    window: { from: record.from, to: record.to },
    bill,
    expected,
    learned: learnedBilling(own.habit, record, windows),
    difference: Math.round(findings.difference),
    absences: use.absences,
    ...(change === undefined ? {} : { drift: change }),
    ...(surplus === undefined ? {} : { surplus }),
    ...(together === undefined ? {} : { pool: together.pool }),
    ...(record.lost > 0 ? { lost: record.lost } : {}),
  };
  const closed: WindowRecord = {
    ...record,
    kind: verdict.kind,
    changed: judgement.changed,
    lacking: judgement.lacking,
    reported: reportedOf(surplus),
  };
  return {
    verdict,
    observation: {
      ...observation,
      change: change ?? null,
      leak: verdict.kind === 'leak' && record.whole && judgement.gross,
    },
    record: closed,
  };
}
