import { createPace, MINUTE_MS, type SavedPace } from './pace.ts';

/** As plain JSON; parts are absent in states that did not tell them. */
export interface SavedLosses {
  /** What kernels may have moved through proxies, at most, after the last that was seen of them. Bytes. */
  readonly lost?: number | undefined;
  readonly pace?: SavedPace | undefined;
  /** By when the kernel of the last frame had ended, epoch milliseconds; absent when that is not known. */
  readonly goneAt?: number | undefined;
}

/**
 * An estimate from above of what no counter holds: the bytes that a kernel moved after the last that was seen of it and
 * before it restarted. Times are epoch milliseconds.
 */
export interface Losses {
  /** So many bytes went through proxies in so many milliseconds. */
  pass(elapsed: number, proxied: number): void;
  /** A frame has come. */
  noteSeen(): void;
  /** The kernel of the last frame does not run any more. */
  noteGone(at: number): void;
  /** The machine of the kernel has started; when the last was seen of the kernel. */
  noteMachineStart(at: number, seenAt: number): void;
  /** By when the kernel of the last frame had ended, as another one's is there. */
  endedBy(at: number): number;
  /** A kernel has ended of which the last was seen some milliseconds before. */
  add(unseen: number): void;
  lost(): number;
  save(): SavedLosses;
}

export function createLosses(saved: SavedLosses = {}): Losses {
  const pace = createPace(saved.pace);
  let lost = saved.lost ?? 0;
  let { goneAt } = saved;
  return {
    pass: (elapsed, proxied) => pace.pass(elapsed, proxied),
    noteSeen() {
      goneAt = undefined;
    },
    noteGone(at) {
      goneAt ??= at;
    },
    noteMachineStart(at, seenAt) {
      // The kernel ended with the machine, and the last frame or the last state came a moment before.
      if (at > seenAt) goneAt ??= Math.min(at, seenAt + MINUTE_MS);
    },
    endedBy: (at) => Math.min(at, goneAt ?? at),
    add(unseen) {
      lost += pace.within(unseen);
    },
    lost: () => lost,
    save: () => ({ lost, pace: pace.save(), goneAt }),
  };
}
