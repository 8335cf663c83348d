import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { readUndamaged, writeFileAtomic } from '../../runtime/atomic-file.ts';
import { checkedText, readCheckedText } from '../../runtime/health.ts';
import { markSchema, meterSchema, readingSchema } from '../airport/meter-state.ts';
import { amendmentSchema } from '../amend/amendments.ts';
import { dayTotalsSchema, type ReportModel } from '../report/model.ts';
import { reportMailSchema } from '../report/report-mail.ts';
import { VERDICT_KINDS } from '../verdict/verdict.ts';

const figure = z.number().nullable();
const observation = z.object({
  at: z.number(),
  billed: z.number(),
  expected: z.number(),
  whole: z.boolean(),
  leak: z.boolean(),
  change: z.object({ since: z.number(), days: z.number(), bytes: z.number() }).nullable(),
  resets: z.number(),
  hidden: z.number(),
});
const estimate = z.object({ low: z.number(), likely: z.number(), high: z.number() });
const share = z.object({
  node: z.string(),
  provider: z.string(),
  bytes: z.number(),
  multiplier: z.object({ low: z.number(), high: z.number() }),
  stated: z.boolean(),
  owners: z.number(),
});
const windowRecord = z.object({
  from: z.number(),
  to: z.number(),
  kind: z.enum(VERDICT_KINDS),
  bill: z.object({ low: z.number(), likely: z.number(), high: figure }),
  hidden: figure,
  named: estimate,
  nodes: z.array(share).readonly(),
  unattributed: z.number(),
  nearEdges: z.number(),
  tail: z.array(z.number()).readonly(),
  lost: z.number(),
  checks: z.number(),
  deferred: z.number(),
  slack: z.number(),
  nights: z.array(z.object({ days: z.number(), excess: z.number() })).readonly(),
  backlog: z.number(),
  unbilled: z.number(),
  whole: z.boolean(),
  newDevices: z.boolean(),
  acknowledged: z.boolean(),
  lag: z.number(),
  regime: z.number(),
  changed: figure,
  lacking: z.boolean(),
  reported: z.object({ daily: estimate, share: z.number() }).nullable(),
});
const course = z.object({
  start: z.number(),
  seen: z.boolean(),
  trail: z.array(z.object({ at: z.number(), used: z.number() })).readonly(),
});
const fall = z.object({
  since: z.number(),
  from: z.number(),
  to: z.number(),
  small: z.boolean(),
  renewed: z.boolean(),
});
const cycleSchema = course.extend({ falls: z.array(fall).readonly().exactOptional(), ended: course.exactOptional() });
const airportStateSchema = z.object({
  /** Where the open window began: the reading, and the counter at it. */
  anchor: z.object({ reading: readingSchema, mark: markSchema }).nullable().default(null),
  /** The last reading that was believed. */
  latest: readingSchema.nullable().default(null),
  /** The airport's counter folded over its cycles. */
  meter: meterSchema.nullable().default(null),
  /** A link that the airport does not take any more, as SHA-256, and when it last said so. */
  spentLink: z.object({ hash: z.string(), at: z.number() }).nullable().default(null),
  cycle: cycleSchema.nullable().default(null),
  /** Whether a report has named the key that tells the reset. */
  resetHinted: z.boolean().default(false),
  /** Readings of the open window and of the two days before it. */
  observations: z.array(observation).readonly().default([]),
  /** Windows that are closed, oldest first. */
  windows: z.array(windowRecord).readonly().default([]),
});
const userStateSchema = z.object({
  /** Totals of the days reported so far, oldest first. */
  days: z.array(dayTotalsSchema).readonly().default([]),
  /** When a mail server last took a report, epoch milliseconds. */
  mailedAt: z.number().nullable().default(null),
  /** Since when they get mail, while they were never sent a report, epoch milliseconds. */
  awaitsSince: z.number().nullable().default(null),
});
/** Things by names that people choose: pairs in the file, since a name such as `constructor` means something to an object. */
const named = <T extends z.ZodType>(thing: T) =>
  z
    .array(z.tuple([z.string(), thing]))
    .default([])
    .transform((pairs): ReadonlyMap<string, z.output<T>> => new Map(pairs as [string, z.output<T>][]));
const stateSchema = z.object({
  /** When the auditor was first started, epoch milliseconds: reports that were planned from then on are due. */
  began: z.number().nullable().default(null),
  airports: named(airportStateSchema),
  /** What is remembered of those who get reports. */
  users: named(userStateSchema),
  /** Start of the last day of account that was reported, epoch milliseconds. */
  reportedDay: z.number().nullable().default(null),
  /** Reports of that day that may not be in the archive and the outbox yet: kept with it, so that no crash makes two of one. */
  unposted: z
    .array(z.object({ mail: reportMailSchema, model: z.custom<ReportModel>() }))
    .readonly()
    .default([]),
  /** The amendments that the windows rest on: what goes on where their own file is damaged. */
  amended: z.array(amendmentSchema).readonly().default([]),
});

export type AirportState = z.infer<typeof airportStateSchema>;
type UserState = z.infer<typeof userStateSchema>;
export type AuditState = z.infer<typeof stateSchema>;

export const EMPTY_STATE: AuditState = stateSchema.parse({});
const EMPTY_USER: UserState = userStateSchema.parse({});
export const EMPTY_AIRPORT: AirportState = airportStateSchema.parse({});

export const statePathIn = (dataFolder: string): string => join(dataFolder, 'state.json');

/** A month of bars and a year of looking back. */
const DAYS_KEPT = 400;

const FORMAT = { format: 'flowcollect-auditor-state', version: 1 };
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * What the auditor remembers between runs. Read by every run; changed by the running service alone.
 *
 * @throws DamagedFileError when it is not what was written
 */
export async function readAuditState(path: string): Promise<AuditState> {
  const state = await readUndamaged(path, (text) => {
    const checked = readCheckedText(FORMAT, text, sha256);
    if (!checked.ok) throw new Error(checked.reason);
    const parsed = stateSchema.safeParse(JSON.parse(checked.body));
    if (parsed.success) return parsed.data;
    const where = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ');
    throw new Error(`it is not a state of this version: ${where}`);
  });
  return state ?? EMPTY_STATE;
}

export async function writeAuditState(path: string, state: AuditState): Promise<void> {
  const body = JSON.stringify({ ...state, airports: [...state.airports], users: [...state.users] });
  await writeFileAtomic(path, checkedText(FORMAT, body, sha256));
}

/** The state with a change to one airport. */
export function withAirport(state: AuditState, name: string, change: Partial<AirportState>): AuditState {
  const before = state.airports.get(name) ?? EMPTY_AIRPORT;
  return { ...state, airports: new Map([...state.airports, [name, { ...before, ...change }]]) };
}

/** What is remembered of one user. */
export function userOf(state: AuditState, user: string): UserState {
  return state.users.get(user) ?? EMPTY_USER;
}

/** The state with a change to one user. */
export function withUser(state: AuditState, user: string, change: Partial<UserState>): AuditState {
  const after = { ...userOf(state, user), ...change };
  return { ...state, users: new Map([...state.users, [user, { ...after, days: after.days.slice(-DAYS_KEPT) }]]) };
}
