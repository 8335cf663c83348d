import type { Bytes } from './bytes.ts';
import type { ConnectionDetails, Frame } from './frame.ts';

/** What is known of the kernel from the frame before. */
export interface LastSeen {
  readonly raw: Bytes;
  /** When that frame arrived, epoch milliseconds. */
  readonly at: number;
  /** Its connections by id; undefined when they are not known. */
  readonly connections: ReadonlyMap<string, { readonly details: ConnectionDetails }> | undefined;
}

/**
 * The kernel reads its totals and the counters of connections at slightly different moments (mihomo `tunnel/statistic`
 * `Manager.Snapshot`), so that connections may show what the totals do not hold yet: that much at most, in milliseconds.
 */
const SNAPSHOT_SKEW_MS = 50;

/**
 * Whether a frame comes from the same life of the kernel as the one before.
 *
 * A kernel's totals only rise, so a fall is a restart, unless a connection of the last frame is still there: then the
 * frame is an old one that came late. When the totals did not fall, the kernel still has restarted if no connection
 * survived and the new ones moved more than the totals grew by: a long outage may hide a whole restart.
 */
export function hasRestarted(frame: Frame, last: LastSeen): 'same' | 'restarted' | 'stale' {
  const survives = frame.connections.some(({ id, details }) => {
    const known = last.connections?.get(id);
    return known !== undefined && known.details.start === details.start;
  });
  if (frame.download < last.raw.download || frame.upload < last.raw.upload) return survives ? 'stale' : 'restarted';
  if (survives || last.connections === undefined || last.connections.size === 0) return 'same';
  return (['download', 'upload'] as const).some((direction) => {
    const moved = frame.connections.reduce((sum, connection) => sum + connection[direction], 0);
    return moved - (frame[direction] - last.raw[direction]) > skewAllowance(frame, moved, last.at);
  })
    ? 'restarted'
    : 'same';
}

/** What new connections may have moved between the reading of the totals and their own. */
function skewAllowance(frame: Frame, moved: number, lastAt: number): number {
  const starts = frame.connections.map(({ details }) => details.start).filter((start) => start > 0);
  const age = frame.at - (starts.length > 0 ? Math.min(...starts) : lastAt);
  return (moved * SNAPSHOT_SKEW_MS) / Math.max(SNAPSHOT_SKEW_MS, age);
}
