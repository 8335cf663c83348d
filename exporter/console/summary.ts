import { type Bytes, DIRECTIONS, type MutableBytes, TRAFFIC_CLASSES, type TrafficClass } from '../../core/traffic.ts';
import type { InterfaceView } from '../device/interfaces.ts';
import type { TodayView } from '../device/today.ts';
import type { KernelLink } from '../kernel/problem.ts';
import type { LedgerCounters } from '../ledger/state.ts';
import type { PushSettings } from '../push/problem.ts';
import type { PushState } from '../push/pusher.ts';

/** What a person wants to see of a device. */
export interface DeviceView {
  readonly deviceId: string;
  readonly kernelAddress: string;
  readonly link: KernelLink;
  readonly logsUp: boolean;
  /** When the frame arrived that the counters rest on, epoch milliseconds; undefined before this process saw one. */
  readonly lastFrameAt: number | undefined;
  readonly counters: LedgerCounters;
  readonly interfaces: InterfaceView;
  readonly today: TodayView;
  readonly gateway: PushSettings;
  readonly push: PushState;
  /** Why the state is not on the disk, or what was damaged; absent where all is well. */
  readonly stateProblem?: string | undefined;
}

/** A row of the table: bytes a second, today, and so far. */
export interface SummaryRow {
  readonly name: string;
  readonly rate: Bytes;
  readonly today: Bytes;
  readonly total: Bytes;
}

/** What the console shows of the counters. */
export interface Summary {
  readonly classes: readonly (SummaryRow & { readonly name: TrafficClass })[];
  readonly all: SummaryRow;
  /** Most bytes first. */
  readonly nodes: readonly SummaryRow[];
  /** Bytes that were settled, both directions. */
  readonly settled: number;
}

/** Remembers counters to tell rates from; one for each device. @param now epoch milliseconds */
export type RateMeter = (now: number, view: Pick<DeviceView, 'counters' | 'today' | 'lastFrameAt'>) => Summary;

/** Long enough to be calm, short enough to be now. */
const WINDOW_MS = 5000;
/** The longest PollInterval: without a frame for longer, nothing is known of now. */
const LONGEST_FRAME_MS = 60_000;

interface Sums {
  /** When the frame arrived that they were true of. */
  readonly at: number;
  /** What the counters hold beyond the kernel's own totals: the same for as long as nothing but frames changes them. */
  readonly beyondRaw: Bytes;
  readonly class: ReadonlyMap<string, Bytes>;
  readonly node: ReadonlyMap<string, Bytes>;
}

const NOTHING: Bytes = { upload: 0, download: 0 };

export function createRateMeter(): RateMeter {
  /** The frames of the window, and the one before. */
  let past: Sums[] = [];

  function note(sums: Sums): void {
    const last = past.at(-1);
    // Counters taken from the gateway jump, those of a new kernel or DeviceID begin lower, and clocks are set.
    if (last !== undefined && (!isSame(last.beyondRaw, sums.beyondRaw) || sums.at < last.at)) past = [];
    if (last?.at === sums.at) past.pop();
    past.push(sums);
    const window = past.findIndex(({ at }) => at > sums.at - WINDOW_MS);
    past = past.slice(Math.max(0, window - 1));
  }

  return (now, { counters, today, lastFrameAt }) => {
    const sums = { class: sumBy(counters, 'class'), node: sumBy(counters, 'node') };
    if (lastFrameAt !== undefined) note({ at: lastFrameAt, beyondRaw: beyondRaw(counters), ...sums });
    const [from, to] = [past[0], past.at(-1)];
    // A frame may cover a night: what it brings did not move within the second in which it came.
    const span = from === undefined || to === undefined ? 0 : to.at - from.at;
    const isNow = to !== undefined && now - to.at <= WINDOW_MS + Math.min(span, LONGEST_FRAME_MS);
    const rows = (key: 'class' | 'node'): SummaryRow[] =>
      [...sums[key]].map(([name, total]) => ({
        name,
        total,
        today: add(today.cells.filter((cell) => cell[key] === name)),
        rate:
          from === undefined || !isNow || span === 0 ? NOTHING : perSecond(total, from[key].get(name) ?? NOTHING, span),
      }));
    const settled = counters.traffic.reduce((s, each) => s + (each.accounting === 'settled' ? each.bytes : 0), 0);
    return arrange(rows('class'), rows('node'), settled);
  };
}

/** Several devices as one: rows of the same name added up. */
export function mergeSummaries(summaries: readonly Summary[]): Summary {
  const merged = (rows: readonly SummaryRow[]): SummaryRow[] =>
    [...new Set(rows.map(({ name }) => name))].map((name) =>
      addRows(
        name,
        rows.filter((row) => row.name === name),
      ),
    );
  return arrange(
    merged(summaries.flatMap(({ classes }) => classes)),
    merged(summaries.flatMap(({ nodes }) => nodes)),
    summaries.reduce((sum, { settled }) => sum + settled, 0),
  );
}

/** All bytes of a row, both directions. */
export const both = ({ upload, download }: Bytes): number => upload + download;

function arrange(classes: readonly SummaryRow[], nodes: readonly SummaryRow[], settled: number): Summary {
  return {
    classes: TRAFFIC_CLASSES.flatMap((name) => classes.filter((row) => row.name === name)) as Summary['classes'],
    all: addRows('', classes),
    nodes: nodes.toSorted((a, b) => both(b.total) - both(a.total)),
    settled,
  };
}

/** Several rows as one. */
export function addRows(name: string, rows: readonly SummaryRow[]): SummaryRow {
  return {
    name,
    rate: add(rows.map(({ rate }) => rate)),
    today: add(rows.map(({ today }) => today)),
    total: add(rows.map(({ total }) => total)),
  };
}

function sumBy({ traffic }: LedgerCounters, key: 'class' | 'node'): Map<string, Bytes> {
  const sums = new Map<string, MutableBytes>();
  for (const series of traffic) {
    const cell = sums.get(series[key]) ?? { upload: 0, download: 0 };
    cell[series.direction] += series.bytes;
    sums.set(series[key], cell);
  }
  return sums;
}

function add(all: readonly Bytes[]): Bytes {
  const total = { upload: 0, download: 0 };
  for (const each of all) for (const direction of DIRECTIONS) total[direction] += each[direction];
  return total;
}

const beyondRaw = ({ kernel, raw }: LedgerCounters): Bytes => ({
  upload: kernel.upload - (raw?.upload ?? 0),
  download: kernel.download - (raw?.download ?? 0),
});

const isSame = (a: Bytes, b: Bytes): boolean => a.upload === b.upload && a.download === b.download;

/** Not below 0: counters taken from the gateway may be split another way. */
function perSecond(now: Bytes, before: Bytes, milliseconds: number): Bytes {
  const rate = (a: number, b: number): number => (Math.max(0, a - b) * 1000) / milliseconds;
  return { upload: rate(now.upload, before.upload), download: rate(now.download, before.download) };
}
