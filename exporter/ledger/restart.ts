import { type Bytes, DIRECTIONS } from '../../core/traffic.ts';
import { isUncounted } from './connection-table.ts';
import type { Connection, ConnectionDetails, Frame, Totals } from './frame.ts';

/**
 * The newest totals that the kernel of the last frame is known to have reached, no lower than that frame's: what it
 * moved up to then is known should no other frame of it come. As it is saved, plain JSON.
 */
export interface LatestTotals extends Bytes {
  /** When they arrived, epoch milliseconds. */
  readonly at: number;
  /** Totals of another life of the kernel have come since; absent before. */
  readonly over?: true;
}

/**
 * What is known after a message, which both read from the same counters of the kernel as its frames (mihomo
 * `tunnel/statistic` `Manager.Total` and `Snapshot`).
 *
 * - A stream that was open before the last frame came is of that frame's life, for it ends with the kernel. What it
 *   brings is newer, or it was sent before the frame and holds nothing that the frame does not.
 * - One that was opened later may be of another life. Its totals were read after all that came before: lower ones
 *   are another life's, and others, though they may be higher, tell nothing.
 *
 * @param raw the totals of the last frame
 */
export function latestAfter(totals: Totals, raw: Bytes, latest: LatestTotals | undefined): LatestTotals | undefined {
  if (latest?.over) return latest;
  const { at, upload, download } = totals;
  const isLower = isBelow(totals, latest ?? raw);
  if (totals.continues) return isLower ? latest : { at, upload, download };
  return latest !== undefined && isLower ? { ...latest, over: true } : latest;
}

/** What of it is still newer than a frame of the same life. */
export function stillNewer(latest: LatestTotals | undefined, frame: Bytes): LatestTotals | undefined {
  return latest === undefined || latest.over || isBelow(latest, frame) ? undefined : latest;
}

/** Whether the kernel of the latest totals has ended, as its totals tell that fell since. */
function hasEnded(latest: LatestTotals | undefined, frame: Frame): boolean {
  if (latest === undefined) return false;
  return latest.over === true || (frame.begins === true && isBelow(frame, latest));
}

function isBelow(totals: Bytes, earlier: Bytes): boolean {
  return DIRECTIONS.some((direction) => totals[direction] < earlier[direction]);
}

/** What is known of the kernel from the frame before. */
interface LastSeen {
  readonly raw: Bytes;
  /** When that frame arrived, epoch milliseconds. */
  readonly at: number;
  /** Its connections by id; undefined when they are not known. */
  readonly connections: ReadonlyMap<string, { readonly details: ConnectionDetails }> | undefined;
  /** Its totals since. */
  readonly latest: LatestTotals | undefined;
}

/**
 * The kernel reads its totals and the counters of connections at slightly different moments (mihomo `tunnel/statistic`
 * `Manager.Snapshot`), so that connections may show what the totals do not hold yet: that much at most, in milliseconds.
 */
const SNAPSHOT_SKEW_MS = 50;

/** 10 Gbit/s: what the network of no device that runs a kernel is faster than. */
const FASTEST_BYTES_PER_MS = 1_250_000;

/**
 * Whether a frame comes from the same life of the kernel as the one before.
 *
 * A kernel's totals only rise, so a fall is a restart, unless a connection of the last frame is still there: then the
 * frame is an old one that came late. When the totals did not fall, the kernel still has restarted if no connection
 * survived and totals between the frames show a fall, or the new ones moved more than the totals grew by: a
 * long outage may hide a whole restart. Where the link held there was no outage, and such a surplus is bytes that came
 * between the kernel's reading of the two.
 */
export function hasRestarted(frame: Frame, last: LastSeen): 'same' | 'restarted' | 'stale' {
  const survives = hasSurvivor(frame, last);
  if (frame.download < last.raw.download || frame.upload < last.raw.upload) return survives ? 'stale' : 'restarted';
  if (survives || frame.continues === true) return 'same';
  if (hasEnded(last.latest, frame)) return 'restarted';
  if (last.connections === undefined || last.connections.size === 0) return 'same';
  return isYoung(frame, last) && outgrowTotals(frame, frame.connections, last) ? 'restarted' : 'same';
}

/** An id is a kernel's own, and another life of it has none of them (mihomo `utils.NewUUIDV4`). */
function hasSurvivor(frame: Frame, { connections }: Pick<LastSeen, 'connections'>): boolean {
  return frame.connections.some(({ id, details }) => connections?.get(id)?.details.start === details.start);
}

/** Milliseconds since the frame before; without end where the clock was set back meanwhile, which then tells nothing. */
export function unseenFor(frame: Frame, last: Pick<LastSeen, 'at'>): number {
  return frame.at < last.at ? Number.POSITIVE_INFINITY : frame.at - last.at;
}

/** Whether a kernel that began at 0 since can have moved all that its totals hold. */
function isYoung(frame: Frame, last: Pick<LastSeen, 'at'>): boolean {
  const most = FASTEST_BYTES_PER_MS * Math.max(1, unseenFor(frame, last));
  return frame.download <= most && frame.upload <= most;
}

/**
 * How many bytes may be missing where the first frame of a link is taken for the same life, though nothing proves it: a
 * kernel that began at 0 since and outgrew the totals of before moved those once more.
 */
export function mayLack(frame: Frame, last: Pick<LastSeen, 'raw' | 'at' | 'connections'>): number {
  if (frame.begins !== true || last.connections === undefined) return 0;
  return hasSurvivor(frame, last) || !isYoung(frame, last) ? 0 : last.raw.upload + last.raw.download;
}

/**
 * Whether these connections have moved more since they opened than the totals grew by since the frame before: then they
 * cannot all have opened since. Those that the totals leave out say nothing.
 */
function outgrowTotals(frame: Frame, connections: readonly Connection[], last: Pick<LastSeen, 'raw' | 'at'>): boolean {
  const counted = connections.filter(({ details }) => !isUncounted(details));
  const opened = counted.map(({ details }) => details.start).filter((start) => start > 0 && start <= frame.at);
  const age = frame.at - (opened.length > 0 ? Math.min(...opened) : last.at);
  return DIRECTIONS.some((direction) => {
    const moved = counted.reduce((sum, connection) => sum + connection[direction], 0);
    const skew = (moved * SNAPSHOT_SKEW_MS) / Math.max(SNAPSHOT_SKEW_MS, age);
    return moved - (frame[direction] - last.raw[direction]) > skew;
  });
}

/**
 * After which instant a connection opened if all that it has moved came after a frame whose connections are not known;
 * none did where the kernel's clock is not ours, as connections tell that moved more than the totals.
 */
export function newAfter(frame: Frame, last: Pick<LastSeen, 'raw' | 'at'>): number {
  const opened = frame.connections.filter(({ details }) => details.start > last.at);
  return outgrowTotals(frame, opened, last) ? Number.POSITIVE_INFINITY : last.at;
}

/** Bytes per millisecond, as plain JSON. */
interface SavedPace {
  /** The highest from one frame to the next, fading within a minute or so. */
  readonly burst: number;
  /** The mean of the last hour or so. */
  readonly mean: number;
  /** The highest such mean, fading within a week or so. */
  readonly busiest: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;

/** What is left of a weight after some milliseconds. A leap of the clock must not pass for years without use. */
const fading = (elapsed: number, time: number): number => Math.exp(-Math.min(elapsed, DAY_MS) / time);

/** How fast bytes moved lately, for a guess at how many may have moved while no frame came. */
function createPace(saved: SavedPace = { burst: 0, mean: 0, busiest: 0 }) {
  let { burst, mean, busiest } = saved;
  return {
    /** So many bytes moved in so many milliseconds. */
    pass(elapsed: number, bytes: number) {
      const rate = bytes / elapsed;
      burst = Math.max(rate, burst * fading(elapsed, MINUTE_MS));
      mean = rate + (mean - rate) * fading(elapsed, HOUR_MS);
      busiest = Math.max(mean, busiest * fading(elapsed, WEEK_MS));
    },
    /**
     * At most so many bytes moved in a span, if use went on as it does: in its first minute as in the minute before it,
     * since what was under way goes on, and beyond as in the busiest hour of the last days.
     *
     * @param span milliseconds; what is beyond a day is left out, for a device that is away so long may well be off
     */
    within(span: number): number {
      const first = Math.min(Math.max(0, span), MINUTE_MS);
      const rest = Math.min(Math.max(0, span), DAY_MS) - first;
      return Math.ceil(burst * first + busiest * rest);
    },
    save: () => ({ burst, mean, busiest }),
  };
}

/** As plain JSON. */
export interface SavedLosses {
  /** What kernels may have moved through proxies, at most, after the last that was seen of them. Bytes. */
  readonly lost: number;
  /** Absent where it is not known. */
  readonly pace?: SavedPace | undefined;
  /** By when the kernel of the last frame had ended, epoch milliseconds; absent when that is not known. */
  readonly goneAt?: number | undefined;
}

/**
 * An estimate from above of what no counter holds: the bytes that a kernel moved after the last that was seen of it and
 * before it restarted. Times are epoch milliseconds.
 */
export function createLosses(saved: SavedLosses = { lost: 0 }) {
  const pace = createPace(saved.pace);
  let { lost, goneAt } = saved;
  return {
    /** So many bytes went through proxies in so many milliseconds. */
    pass: pace.pass,
    /** A frame has come. */
    noteSeen() {
      goneAt = undefined;
    },
    /** The kernel of the last frame does not run any more. */
    noteGone(at: number) {
      goneAt ??= at;
    },
    /** The machine of the kernel has started; when the last was seen of the kernel. */
    noteMachineStart(at: number, seenAt: number) {
      // The kernel ended with the machine, and the last frame or the last state came a moment before.
      if (at > seenAt) goneAt ??= Math.min(at, seenAt + MINUTE_MS);
    },
    /** By when the kernel of the last frame had ended, as another one's is there. */
    endedBy: (at: number) => Math.min(at, goneAt ?? at),
    /** A kernel has ended, or may have, of which the last was seen some milliseconds before. @param most bytes */
    add(unseen: number, most = Number.POSITIVE_INFINITY) {
      lost += Math.min(most, pace.within(unseen));
    },
    lost: () => lost,
    save: (): SavedLosses => ({ lost, pace: pace.save(), goneAt }),
  };
}
