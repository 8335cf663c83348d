import type { Bytes } from './ledger/bytes.ts';
import { type Catalog, EMPTY_CATALOG, type Frame } from './ledger/frame.ts';
import type { Heard } from './ledger/heard.ts';

/** What came after a frame, where it was not simply the next one. */
export type Ending = 'restart' | 'another kernel';

/** A frame to count again from an earlier baseline. */
export interface KeptFrame {
  readonly frame: Frame;
  readonly catalog: Catalog;
  /** What its kernel was heard to have come to after it. */
  readonly heard: Heard | undefined;
  readonly ending: Ending | undefined;
  /** It was saved, and shows no connections, though there may have been some. */
  readonly totalsOnly: boolean;
}

/** A kept frame as it is saved: its totals alone, since who moved them fills pages. */
export interface SavedFrame {
  readonly at: number;
  readonly raw: Bytes;
  readonly heard?: Heard | undefined;
  readonly ending: Ending | undefined;
}

/**
 * The frames that counting again needs: the newest, and the last of each kernel that ended since the gateway accepted
 * a push. Without those, what such a kernel moved was lost when the counters are taken from the gateway.
 */
export interface KeptFrames {
  see(frame: Frame, catalog: Catalog, heard: Heard | undefined): void;
  /** What the kernel of the newest frame has been heard to have come to. */
  hear(heard: Heard | undefined): void;
  /** The newest frame was the last of its kernel. */
  endKernel(ending: Ending): void;
  /** Oldest first. */
  list(): readonly KeptFrame[];
  save(): SavedFrame[];
  /** Forgets what another process saved. */
  forgetRestored(): void;
  /** How many kernels have ended; to hand to {@link forgetFirst} when a push that begins now is accepted. */
  endings(): number;
  forgetFirst(count: number): void;
}

/** Of so many ended kernels it is kept who moved the bytes: one that ends every second must not fill the memory. */
const MOST_WHOLE = 16;

export function createKeptFrames(saved: readonly SavedFrame[]): KeptFrames {
  const restored = new Set<KeptFrame>();
  const ended: KeptFrame[] = [];
  let last: KeptFrame | undefined;
  for (const { at, raw, heard, ending } of saved) {
    const frame = { at, ...raw, memory: 0, connections: [] };
    const kept = { frame, catalog: EMPTY_CATALOG, heard, ending, totalsOnly: true };
    restored.add(kept);
    if (ending === undefined) last = kept;
    else ended.push(kept);
  }
  const list = (): KeptFrame[] => (last === undefined ? [...ended] : [...ended, last]);
  return {
    see(frame, catalog, heard) {
      last = { frame, catalog, heard, ending: undefined, totalsOnly: false };
    },
    hear(heard) {
      // What was restored was known of that process, and is told by its identity.
      if (last !== undefined && !restored.has(last)) last = { ...last, heard };
    },
    endKernel(ending) {
      if (last !== undefined) {
        const whole = { ...last, ending };
        ended.push(whole);
        if (restored.has(last)) restored.add(whole);
      }
      last = undefined;
      const index = ended.length - 1 - MOST_WHOLE;
      const old = ended[index];
      if (old === undefined || old.totalsOnly) return;
      const frame = { ...old.frame, connections: [] };
      ended[index] = { ...old, frame, catalog: EMPTY_CATALOG, totalsOnly: true };
    },
    list,
    save: () =>
      list().map(({ frame: { at, upload, download }, heard, ending }) => ({
        at,
        raw: { upload, download },
        heard,
        ending,
      })),
    forgetRestored() {
      ended.splice(0, ended.length, ...ended.filter((each) => !restored.has(each)));
      if (last !== undefined && restored.has(last)) last = undefined;
    },
    endings: () => ended.length,
    forgetFirst: (count) => void ended.splice(0, count),
  };
}
