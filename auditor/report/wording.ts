import type { TrafficClass } from '../../core/traffic.ts';
import type { ReasonCode } from '../verdict/reason.ts';
import type { VerdictKind } from '../verdict/verdict-kind.ts';
import type { FindingWords } from './finding-words.ts';

/** A range of sizes, already written out, such as `13.83 GB–13.98 GB`. */
type SizeText = string;

/** Everything a report says, in one language. Sizes, dates and times arrive written out. */
export interface Words {
  readonly subject: (date: string) => string;
  readonly title: string;
  readonly span: (from: string, to: string, timezone: string) => string;
  /** The first line of a report. */
  readonly headline: Readonly<Record<VerdictKind, string>>;
  /** A leak that shows in the bill of its window alone. */
  readonly headlineOverbilled: string;
  /** All is well but for a steady surplus that nobody has answered. */
  readonly headlineUnexplained: string;
  readonly headlineFirstDay: string;
  /** While it is not known how an airport bills. */
  readonly headlineFirstDays: string;
  readonly headlineWithoutAirports: string;
  /** What to do about a verdict; empty when nothing. */
  readonly advice: Readonly<Record<VerdictKind, string>>;
  /** What a verdict found. */
  readonly findings: FindingWords;
  readonly summary: string;
  readonly classes: Readonly<Record<TrafficClass, string>>;
  readonly proxyTraffic: string;
  readonly localTraffic: string;
  readonly totalTraffic: string;
  readonly otherTraffic: string;
  readonly localParts: (direct: SizeText, local: SizeText) => string;
  readonly unknownToday: (reasons: string) => string;
  /** Of a daily budget: the budget, and how much of it is used. */
  readonly budget: (size: SizeText, percent: number) => string;
  readonly comparedToWeek: (percent: number) => string;
  readonly lastDays: (days: number) => string;
  readonly today: string;
  readonly airports: string;
  readonly airport: (name: string) => string;
  readonly billedToday: string;
  readonly billedSince: (time: string) => string;
  readonly atLeast: (size: SizeText) => string;
  readonly remaining: string;
  readonly used: string;
  readonly unlimited: string;
  readonly unknown: string;
  readonly daysLeft: (days: string) => string;
  /** Longer than anybody plans ahead. */
  readonly daysLeftBeyond: (days: number) => string;
  /** The likely days with their range, which holds the truth four times of five. */
  readonly daysRange: (likely: string, low: string, high: string | null) => string;
  readonly expiresFirst: (days: string) => string;
  readonly daysLeftUnknown: (reason: string) => string;
  readonly reachesReset: (days: string) => string;
  readonly missesReset: (days: string, allowance: SizeText) => string;
  readonly resetsOn: (date: string) => string;
  readonly expiresOn: (date: string) => string;
  /** What changed of a plan since the last report. */
  readonly planAdded: (size: SizeText) => string;
  readonly planReduced: (size: SizeText) => string;
  readonly planRenewed: (date: string) => string;
  readonly leakCheck: string;
  readonly leakCheckResult: Readonly<Record<VerdictKind, string>>;
  readonly leakWarning: string;
  readonly leakDifference: (billed: SizeText, local: SizeText, difference: SizeText) => string;
  readonly devices: string;
  readonly lastReport: string;
  readonly justNow: string;
  readonly never: string;
  readonly nodes: string;
  readonly actual: string;
  readonly billed: string;
  readonly multiplierNote: string;
  readonly hosts: string;
  readonly settledShare: (percent: string) => string;
  readonly separator: string;
  readonly archive: string;
  readonly archiveEmpty: string;
  readonly archiveCsv: (month: string) => string;
  readonly mailTest: {
    readonly subject: string;
    readonly body: string;
    readonly done: (server: string, to: string) => string;
    readonly failed: (why: string) => string;
    /** A report that did not go out, and waits for the next try. */
    readonly kept: (why: string) => string;
    /** Taken, but not for these addresses. */
    readonly refused: (server: string, to: string) => string;
  };
  /** Why a figure or verdict is not known; the detail is a header key, a status code, an address or a device. */
  readonly reasons: Readonly<Record<ReasonCode, (detail: string) => string>>;
}
