import type { SurplusCause } from '../verdict/finding.ts';

/** A size, range, date or number, already written out. */
type Figure = string;

/** How a report says what a verdict found, in one language. */
export interface FindingWords {
  /** Joins sentences; empty ones are left out. */
  readonly sentences: (parts: readonly string[]) => string;
  /** Names of airports as one. */
  readonly joined: (airports: readonly string[]) => string;
  /** Ends a sentence. */
  readonly end: (sentence: string) => string;
  /** What was billed against what was expected, in one sentence; the difference has its sign in words. */
  readonly evidence: (airport: string, billed: Figure, expected: Figure, difference: string) => string;
  readonly more: (size: Figure) => string;
  readonly less: (size: Figure) => string;
  readonly equal: string;
  readonly likely: (size: Figure, range: Figure) => string;
  readonly because: (airport: string, reasons: string) => string;
  /** The same of several airports together. */
  readonly pooled: (airports: readonly string[], billed: Figure, expected: Figure, difference: string) => string;
  /** @param shown the first of the nodes; @param others how many are left out */
  readonly ownerless: (shown: readonly string[], others: number) => string;
  /** An airport whose evidence stands with another. */
  readonly seeAbove: (airport: string, other: string) => string;
  /** An excess that began and stayed; `daily` is null for less than a day. */
  readonly change: (since: Figure, days: number, total: Figure, daily: Figure | null) => string;
  /** A leak that an earlier look at the same window saw. */
  readonly earlierLook: string;
  readonly credit: (size: Figure) => string;
  readonly lost: (size: Figure) => string;
  readonly silent: (device: string, since: Figure | null) => string;
  /** What a silent device could have used, where that explains the difference. */
  readonly silentExplains: (size: Figure | null) => string;
  /** The same, where it does not. */
  readonly silentFallsShort: (size: Figure) => string;
  readonly wouldExplain: (node: string, share: Figure, needed: Figure, assumed: Figure) => string;
  /** What was learned of an airport's bill; parts are those below. */
  readonly learned: (days: number, parts: readonly string[]) => string;
  readonly learnedRatio: (percent: Figure) => string;
  readonly learnedChecks: (size: Figure) => string;
  readonly learnedDaily: (size: Figure) => string;
  readonly learnedLag: (hours: number) => string;
  /** Beside a node. */
  readonly learnedMultiplier: (factors: Figure) => string;
  readonly adviceNewDevice: string;
  readonly resetHint: (airport: string) => string;
  readonly surplus: SurplusWords;
}

/** What is said of a steady surplus. */
export interface SurplusWords {
  readonly told: (airport: string, since: string, daily: Figure, sureness: string) => string;
  readonly untold: (airport: string, daily: Figure, sureness: string) => string;
  readonly known: (airport: string, daily: Figure) => string;
  /** The same with what the person wrote to it. */
  readonly knownAs: (airport: string, daily: Figure, note: string) => string;
  readonly leak: (airport: string, daily: Figure, sureness: string) => string;
  readonly sinceBeginning: string;
  readonly since: (date: Figure) => string;
  /** Share in whole per cent and range, in brackets; either may be missing. */
  readonly sureness: (percent: number | null, range: Figure | null) => string;
  /** @param likeliestFirst none where the bills do not tell causes apart */
  readonly causes: (likeliestFirst: readonly string[]) => string;
  readonly cause: Readonly<Record<Exclude<SurplusCause['kind'], 'multiplier'>, string>>;
  /** `node` is null where the nodes' table does not bear it out. */
  readonly causeMultiplier: (node: string | null, factors: Figure) => string;
  readonly answer: (mend: string, leak: string) => string;
}
