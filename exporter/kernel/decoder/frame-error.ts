/** A `/connections` message that cannot be accounted; the message names the path and what is wrong with it. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/** Whether this counts bytes, exactly. */
export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** @throws FrameError when it is none, or one that a number cannot hold exactly */
export function count(value: unknown, path: string): number {
  if (isCount(value)) return value;
  if (typeof value === 'number' && value > Number.MAX_SAFE_INTEGER) {
    throw new FrameError(`${path}: ${value} is beyond 2^53 and would be rounded; restart the kernel to begin anew`);
  }
  throw new FrameError(`${path}: expected a whole number of bytes`);
}
