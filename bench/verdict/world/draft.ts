import type { Random } from '../../../simulator/random.ts';
import type { Span } from '../play/records.ts';

/** A household before it is played. Scenarios change what is drawn for every household. Times are epoch milliseconds. */
export interface Draft {
  readonly seed: string;
  /** A stream of chance of its own for each purpose, so that a change to one leaves the others as they were. */
  readonly random: (purpose: string) => Random;
  /** When the auditor first looked. */
  readonly begin: number;
  readonly end: number;
  habit: Habit;
  devices: DeviceDraft[];
  airports: AirportDraft[];
  /** Whether no node tells by its provider whose it is. */
  merged: boolean;
  unwatched: UnwatchedDraft | undefined;
  leak: LeakDraft | undefined;
  /** Whether somebody answers each note of a steady surplus: that it is known. */
  answers: boolean;
  /** Spans in which the server could read no airport. */
  gaps: Span[];
}

/** What one kind of airport or household changes in what is drawn for all. */
export type Change = (draft: Draft, random: Random) => void;

/** What a household uses. */
interface Habit {
  /** Bytes of a usual day, over all devices. */
  daily: number;
  /** How much days differ: the standard deviation of the logarithm. */
  spread: number;
  /** Factor of Saturdays and Sundays. */
  weekend: number;
  /** Highest bytes of a day. */
  most: number;
  /** How far levels shift: 1 as usual, 0 not at all. */
  unsteady: number;
  /** The longest of some connections a day, in milliseconds; 0 for none but the usual ones. */
  longest: number;
}

export interface DeviceDraft {
  readonly name: string;
  /** Of what the household uses. */
  share: number;
  /** When it is used at all. */
  used: Span;
  firstPush: number;
  lastPush: number | undefined;
  silences: Span[];
  /** Spans whose bytes no counter holds, since its kernel restarted unobserved. */
  losses: Span[];
}

export interface NodeDraft {
  name: string;
  /** What the airport multiplies by. */
  rate: (at: number) => number;
  /** What the name or the settings say that it multiplies by. */
  told: number;
}

export interface AirportDraft {
  readonly name: string;
  /** Of what the household uses. */
  share: number;
  nodes: NodeDraft[];
  /** Bytes billed per byte that the kernels count. */
  ratio: number;
  /** By how much days differ from that: the standard deviation. */
  noise: number;
  checks: ChecksDraft;
  lag: LagDraft;
  form: PanelForm;
  /** Both figures are cut to a multiple of so many bytes. */
  rounding: number;
  quota: number;
  /** Unix seconds; null for a plan that never ends. */
  expiry: number | null;
  /** Bytes that the counter had when the auditor first looked. */
  usedBefore: number;
  /** What happens to the counter and the plan. */
  events: Event[];
  copies: CopiesDraft | undefined;
  /** Bytes by which a second link of the airport differs, which answers in its place now and then. */
  second: { readonly bytes: number; readonly share: number } | undefined;
  /** Spans in which a part of the counter is missing from the answer, and its share. */
  dropouts: { readonly spans: readonly Span[]; readonly share: number } | undefined;
  /** Lines of its section in the settings. */
  settings: string[];
}

/** What an airport does to a customer's counter, or to the plan, at an instant. */
export interface Event {
  readonly at: number;
  /** The counter is set to so many bytes. */
  readonly resetTo?: number;
  /** Whether the airport knows of it before. */
  readonly planned?: boolean;
  /** So many bytes are given back. */
  readonly credit?: number;
  /** The quota is another from here on. */
  readonly quota?: number;
  /** Unix seconds. */
  readonly expiry?: number | null;
}

/** What panels send, exactly. */
export type PanelForm =
  | 'v2board'
  | 'sspanel'
  | 'subconverter'
  | 'remnawave'
  | 'marzban'
  | 'hiddify'
  | 'cfw'
  | 'justmysocks'
  | 'status';

/** What health checks cost. */
interface ChecksDraft {
  /** Bytes a day. */
  daily: number;
  /** When they begin. */
  from: number;
  /** Of one check. */
  bytes: number;
  /** Whether the kernels tell how many there were. */
  counted: boolean;
}

/** How late the counter shows what moved. */
export type LagDraft =
  | { readonly kind: 'delay'; readonly by: number }
  | { readonly kind: 'batches'; readonly every: number; readonly phase: number }
  /** A share of connections is billed when they end. */
  | { readonly kind: 'ends'; readonly share: number; readonly by: number };

/** Answers of a copy that is older, or that are wrong altogether. */
export interface CopiesDraft {
  /** Of all answers. */
  readonly share: number;
  /** By how much one is older, in milliseconds, how many bytes it lacks, or what it says instead. */
  readonly draw: (random: Random) => { readonly age?: number; readonly bytes?: number; readonly used?: number };
}

/** A device of the household that tells nobody what it moves. */
interface UnwatchedDraft {
  /** Bytes of a day. */
  readonly daily: number;
  /** Of the days, on which it is used at all. */
  readonly days: number;
  readonly from: number;
}

/** What somebody else uses. */
export interface LeakDraft {
  readonly shape: 'constant' | 'evening' | 'burst' | 'growing';
  readonly start: number;
  /** Bytes a day, or of the burst; of the last day of a month for one that grows. */
  readonly bytes: number;
}
