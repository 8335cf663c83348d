import { type Bytes, covers, isSame, minus, plus, zeroBytes } from './ledger/bytes.ts';
import { type Catalog, EMPTY_CATALOG, type Frame } from './ledger/frame.ts';
import type { Heard } from './ledger/restart.ts';

/** What came after a frame, where it was not simply the next one; `same kernel` where it is the first of its kernel. */
export type Ending = 'restart' | 'another kernel' | 'same kernel';

/** A frame to count again from an earlier baseline. */
export interface KeptFrame {
  readonly frame: Frame;
  readonly catalog: Catalog;
  /** What its kernel was heard to have come to after it. */
  readonly heard: Heard | undefined;
  readonly ending: Ending | undefined;
  /** It was saved, and shows no connections, though there may have been some. */
  readonly totalsOnly: boolean;
  /** Of how many kernels that began at 0 and ended these are the totals, one when it is left out. */
  readonly lives?: number | undefined;
  /** It was not seen, so that its totals are not known. */
  readonly blank?: boolean | undefined;
}

/** A kept frame as it is saved: its totals alone, since who moved them fills pages. */
export interface SavedFrame {
  readonly at: number;
  readonly raw: Bytes;
  readonly heard?: Heard | undefined;
  readonly ending: Ending | undefined;
  readonly lives?: number | undefined;
  readonly blank?: boolean | undefined;
}

/** Where to count again from, so that it comes to a known sum. */
export interface Resumption {
  /** How many of the kept endings lie before it. */
  readonly endings: number;
  /** What the kept frames do not tell; undefined where the totals themselves are the baseline. */
  readonly missing: Bytes | undefined;
}

/**
 * The frames that counting again needs: the newest, and the last of each kernel that ended since the gateway accepted
 * a push. Without those, what such a kernel moved was lost when the counters are taken from the gateway.
 */
export interface KeptFrames {
  see(frame: Frame, catalog: Catalog, heard: Heard | undefined): void;
  /** What the kernel of the newest frame has been heard to have come to. */
  hear(heard: Heard | undefined): void;
  /** The newest frame was the last of its kernel; of another kernel, which did not begin at 0, the next one is kept. */
  endKernel(ending: 'restart' | 'another kernel'): void;
  /** Oldest first. */
  list(): readonly KeptFrame[];
  /** When the oldest arrived that was seen, epoch milliseconds. */
  firstAt(): number | undefined;
  save(): SavedFrame[];
  /** Forgets what another process saved. */
  forgetRestored(): void;
  /** A push begins that holds all kernels that have ended; see {@link forgetPushed}. */
  beginPush(): void;
  /** The push that was begun last has been accepted. */
  forgetPushed(): void;
  /** Forgets the first so many endings. */
  forgetFirst(endings: number): void;
  /** Forgets the newest frame where another process saw it. */
  forgetRestoredLast(): void;
  /**
   * Finds where totals stood at `raw`, if `moved` bytes came after it and the totals stand at `now`; undefined where
   * that cannot be.
   */
  find(raw: Bytes, moved: Bytes, now: Bytes): Resumption | undefined;
}

/** Of so many ended kernels it is kept who moved the bytes: one that ends every second must not fill the memory. */
const MOST_WHOLE = 16;

const BLANK: KeptFrame = {
  frame: { at: 0, upload: 0, download: 0, memory: 0, connections: [] },
  catalog: EMPTY_CATALOG,
  heard: undefined,
  ending: undefined,
  totalsOnly: true,
  blank: true,
};

/** What the totals of a kernel that ended were known to have come to. */
function reached({ frame: { upload, download }, heard }: KeptFrame): Bytes {
  return heard === undefined ? { upload, download } : { upload: heard.upload, download: heard.download };
}

export function createKeptFrames(saved: readonly SavedFrame[]): KeptFrames {
  const restored = new Set<KeptFrame>();
  let ended: KeptFrame[] = [];
  /** How many of the ended a push holds that may yet be accepted. */
  let pushed = 0;
  let last: KeptFrame | undefined;
  let isFirst = false;
  for (const { at, raw, heard, ending, lives, blank } of saved) {
    const frame = { at, ...raw, memory: 0, connections: [] };
    const kept = { frame, catalog: EMPTY_CATALOG, heard, ending, totalsOnly: true, lives, blank };
    restored.add(kept);
    if (ending === undefined) last = kept;
    else ended.push(kept);
  }
  const list = (): KeptFrame[] => (last === undefined ? [...ended] : [...ended, last]);

  function forgetFirst(endings: number): void {
    ended.splice(0, endings);
    pushed = Math.max(0, pushed - endings);
  }

  function forgetRestoredLast(): void {
    if (last !== undefined && restored.has(last)) last = undefined;
  }

  /** Whether one of the ended began at 0, so that its totals are all that it moved. */
  const beganAtZero = (index: number): boolean => ended[index - 1]?.ending === 'restart';

  /** Makes one of two kernels that began at 0, of which only the totals are kept. */
  function join(): void {
    for (let index = 2; index < ended.length; index += 1) {
      const [a, b] = [ended[index - 1], ended[index]];
      if (a === undefined || b === undefined || !a.totalsOnly || !b.totalsOnly || index === pushed) continue;
      if (a.blank || b.blank) continue;
      if (a.ending !== 'restart' || b.ending !== 'restart' || !beganAtZero(index - 1)) continue;
      const joined = {
        ...b,
        frame: { ...b.frame, ...plus(reached(a), reached(b)) },
        heard: undefined,
        lives: (a.lives ?? 1) + (b.lives ?? 1),
      };
      if (restored.has(a) && restored.has(b)) restored.add(joined);
      else if (restored.has(a) || restored.has(b)) continue;
      ended.splice(index - 1, 2, joined);
      if (pushed > index) pushed -= 1;
      index -= 1;
    }
  }

  /**
   * What was moved after totals stood at `raw`, which was after the first so many endings; undefined where counting
   * again could not tell, since no frame is kept that would show the restart.
   */
  function movedSince(raw: Bytes, endings: number, now: Bytes): Bytes | undefined {
    let before: Bytes | undefined = raw;
    let moved: Bytes = zeroBytes();
    const add = (totals: Bytes): void => {
      if (before !== undefined) moved = plus(moved, covers(totals, before) ? minus(totals, before) : totals);
    };
    for (const kept of ended.slice(endings)) {
      const { ending } = kept;
      if (kept.blank !== true) add(reached(kept));
      before = kept.frame;
      if (ending === 'restart') before = zeroBytes();
      if (ending === 'another kernel') before = undefined;
    }
    if (last?.totalsOnly !== false && before !== undefined && !covers(now, before)) return undefined;
    add(now);
    return moved;
  }

  return {
    see(frame, catalog, heard) {
      last = { frame, catalog, heard, ending: undefined, totalsOnly: false };
      if (isFirst) ended.push({ ...last, heard: undefined, ending: 'same kernel' });
      isFirst = false;
    },
    hear(heard) {
      if (last === undefined || heard === undefined) return;
      const newer = { ...last, heard };
      if (restored.delete(last)) restored.add(newer);
      last = newer;
    },
    endKernel(ending) {
      const whole = { ...(last ?? BLANK), ending };
      ended.push(whole);
      if (last !== undefined && restored.has(last)) restored.add(whole);
      isFirst = ending === 'another kernel';
      last = undefined;
      const index = ended.length - 1 - MOST_WHOLE;
      const old = ended[index];
      if (old?.totalsOnly === false) {
        const frame = { ...old.frame, connections: [] };
        ended[index] = { ...old, frame, catalog: EMPTY_CATALOG, totalsOnly: true };
      }
      join();
    },
    list,
    firstAt: () => list().find(({ blank }) => blank !== true)?.frame.at,
    save: () =>
      list().map(({ frame: { at, upload, download }, heard, ending, lives, blank }) => ({
        at,
        raw: { upload, download },
        heard,
        ending,
        lives,
        blank,
      })),
    forgetRestored() {
      const isOwn = (each: KeptFrame): boolean => !restored.has(each);
      pushed = ended.slice(0, pushed).filter(isOwn).length;
      ended = ended.filter(isOwn);
      forgetRestoredLast();
    },
    forgetRestoredLast,
    beginPush() {
      pushed = ended.length;
    },
    forgetPushed: () => forgetFirst(pushed),
    forgetFirst,
    find(raw, moved, now) {
      for (let endings = 0; endings <= ended.length; endings += 1) {
        const known = movedSince(raw, endings, now);
        if (known !== undefined && isSame(known, moved)) return { endings, missing: undefined };
      }
      // It was one of several whose totals were added up.
      for (let endings = 1; endings <= ended.length; endings += 1) {
        const known = movedSince(zeroBytes(), endings, now);
        if (known === undefined || !beganAtZero(endings) || !covers(moved, known)) continue;
        return { endings, missing: minus(moved, known) };
      }
      return undefined;
    },
  };
}
