import * as z from 'zod/mini';
import { parseJson } from '../../core/json.ts';
import { type DayRule, localDayAt } from '../../core/local-day.ts';
import { type Bytes, type MutableBytes, TRAFFIC_CLASSES, type TrafficClass } from '../../core/traffic.ts';
import { type Clock, createSerialQueue } from '../../runtime/async.ts';
import { errorCode } from '../../runtime/error-code.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Files } from '../host/host.ts';
import type { LedgerCounters } from '../ledger/state.ts';
import type { DeviceCounters } from './device-counters.ts';
import { type KeptRead, readOrSetAside } from './state-file.ts';

/** Bytes of one class by one node. */
interface TodayCell extends Bytes {
  readonly class: TrafficClass;
  readonly node: string;
}

/** What has moved today. */
export interface TodayView {
  /** Counted from this moment on, epoch milliseconds. */
  readonly since: number;
  /** Whether that is when the day began. */
  readonly whole: boolean;
  readonly cells: readonly TodayCell[];
}

/** How the counters stood when the day began, as plain JSON. */
interface SavedToday {
  readonly deviceId: string;
  /** Epoch milliseconds: what {@link cells} were true of, and the day they belong to. */
  readonly since: number;
  readonly start: number;
  readonly end: number;
  readonly cells: readonly TodayCell[];
}

/** Today as the difference between the counters and how they stood when the day began. Nothing here waits. */
interface Today {
  /**
   * To be called before a frame is accounted: begins a new day when one has ended.
   *
   * @param at when the frame arrived
   * @param counters as they are
   * @param lastAt when the counters were last true; undefined when they never were
   * @returns whether there is something new to save
   */
  roll(at: number, counters: () => LedgerCounters, lastAt: () => number | undefined): boolean;
  /** The counters were replaced by others that go on from them: today stays what it was. */
  replace(before: LedgerCounters, after: LedgerCounters): void;
  /** @param at now: after a day has ended nothing has moved until a frame tells */
  view(counters: LedgerCounters, at: number): TodayView;
  /** Undefined before the first {@link roll}. */
  save(): SavedToday | undefined;
}

/** The frame before the day's begin and the first reading may lie this far apart in a day that is called whole. */
const WHOLE_WITHIN_MS = 120_000;

/**
 * @param saved of the same device; of another one it is ignored
 * @param rule what a day is, as of now
 */
export function createToday(deviceId: string, saved: SavedToday | undefined, rule: () => DayRule): Today {
  let mark = saved?.deviceId === deviceId ? saved : undefined;
  let markedBy = JSON.stringify(rule());

  /** Other settings end the day at another time; what it began with is not known any more. */
  function followRule(at: number): boolean {
    const asked = rule();
    const now = JSON.stringify(asked);
    if (mark === undefined || now === markedBy) return false;
    markedBy = now;
    const { start, end } = localDayAt(at, asked);
    mark = { ...mark, start, end };
    return true;
  }

  return {
    roll(at, counters, lastAt) {
      const changed = followRule(at);
      // A day that begins later than now was begun by a clock that has been set back since.
      if (mark !== undefined && at < mark.end && at >= mark.start - WHOLE_WITHIN_MS) return changed;
      const { start, end } = localDayAt(at, rule());
      mark = { deviceId, since: Math.min(lastAt() ?? at, at), start, end, cells: [...cellsOf(counters()).values()] };
      return true;
    },
    replace(before, after) {
      if (mark === undefined) return;
      const today = subtract(cellsOf(before), cellsOf(mark));
      mark = { ...mark, cells: [...subtract(cellsOf(after), today).values()] };
    },
    view(counters, at) {
      if (mark === undefined || at >= mark.end) return { since: at, whole: true, cells: [] };
      return {
        since: mark.since,
        whole: Math.abs(mark.since - mark.start) <= WHOLE_WITHIN_MS,
        cells: [...subtract(cellsOf(counters), cellsOf(mark)).values()],
      };
    },
    save: () => mark,
  };
}

type Cells = ReadonlyMap<string, TodayCell>;

function cellsOf(source: LedgerCounters | SavedToday): Cells {
  const cells = new Map<string, TodayCell & MutableBytes>();
  const cell = (trafficClass: TrafficClass, node: string): MutableBytes => {
    const key = `${trafficClass} ${node}`;
    const found = cells.get(key) ?? { class: trafficClass, node, upload: 0, download: 0 };
    cells.set(key, found);
    return found;
  };
  if ('cells' in source) {
    for (const each of source.cells) Object.assign(cell(each.class, each.node), each);
  } else {
    for (const { class: trafficClass, node, direction, bytes } of source.traffic) {
      cell(trafficClass, node)[direction] += bytes;
    }
  }
  return cells;
}

/** Never below 0: a state older than the mark catches up with it. */
function subtract(from: Cells, what: Cells): Cells {
  return new Map(
    [...from].map(([key, cell]) => {
      const less = what.get(key);
      const upload = Math.max(0, cell.upload - (less?.upload ?? 0));
      const download = Math.max(0, cell.download - (less?.download ?? 0));
      return [key, { ...cell, upload, download }];
    }),
  );
}

const count = z.int().check(z.minimum(0));
const Saved = z.object({
  deviceId: z.string(),
  since: z.number(),
  start: z.number(),
  end: z.number(),
  cells: z.array(z.object({ class: z.enum(TRAFFIC_CLASSES), node: z.string(), upload: count, download: count })),
});

/**
 * Besides the state rather than in it: it is written once a day, the state at every push.
 *
 * Named by the device as the state is, since others may share the folder.
 */
export function todayPath(files: Files, folder: string, deviceId: string): string {
  return files.absolute(`exporter-today.${files.sha256(deviceId).slice(0, 16)}.json`, folder);
}

/** What was saved; without it today counts from now and says so. A damaged file is moved aside. @throws the system's error */
export function readToday(files: Files, path: string, now: number): Promise<KeptRead<SavedToday>> {
  return readOrSetAside(files, path, now, (text) => {
    const saved = Saved.safeParse(parseJson(text));
    if (!saved.success) throw new Error('it does not tell what moved today');
    return saved.data;
  });
}

interface TodayStoreOptions {
  readonly files: Files;
  /** Where it is saved, as of now. */
  path(): string;
  /** What a day is, as of now. */
  rule(): DayRule;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A damaged file is under another name now. */
  onSetAside?(path: string, reason: string, movedTo: string): void;
}

/** Saves what a device has moved today, through restarts and edits. It is for people to see; no count rests on it. */
interface TodayStore {
  /** Goes on from what was saved for the device. */
  open(deviceId: string): Promise<void>;
  /** Starts over for a device of another name. */
  begin(deviceId: string): void;
  /** To be called before a frame is accounted. */
  beforeFrame(at: number, counters: DeviceCounters): void;
  /** The counters were replaced by others that go on from them: today stays what it was. */
  replace(before: LedgerCounters, after: LedgerCounters): void;
  view(counters: LedgerCounters, at: number): TodayView;
  /** Writes it, such as to another folder. */
  save(): void;
  /** Resolves when all is written. */
  close(): Promise<void>;
}

export function createTodayStore({ files, path, rule, clock, logger, onSetAside }: TodayStoreOptions): TodayStore {
  let today = createToday('', undefined, rule);
  const writing = createSerialQueue();

  async function read(file: string): Promise<SavedToday | undefined> {
    try {
      const found = await readToday(files, file, clock.now());
      if (found.kind === 'set_aside') {
        const { reason, movedTo } = found;
        onSetAside?.(file, reason, movedTo);
        logger.error(
          { path: file, reason, movedTo },
          'what moved today is damaged and was set aside; it counts from now',
        );
      }
      return found.kind === 'found' ? found.value : undefined;
    } catch (error) {
      logger.warn({ code: errorCode(error) }, 'what moved today cannot be read and counts from now; fix StateDir');
      return undefined;
    }
  }
  async function write(): Promise<void> {
    const saved = today.save();
    if (saved === undefined) return;
    try {
      await files.replace(path(), JSON.stringify(saved));
    } catch (error) {
      logger.warn({ code: errorCode(error) }, 'what moved today will not be known after a restart; fix StateDir');
    }
  }
  const save = (): void => void writing.run(write);

  return {
    async open(deviceId) {
      today = createToday(deviceId, await read(path()), rule);
    },
    begin(deviceId) {
      today = createToday(deviceId, undefined, rule);
    },
    beforeFrame(at, device) {
      if (today.roll(at, device.counters, () => device.save().ledger.at || undefined)) save();
    },
    replace(before, after) {
      today.replace(before, after);
      save();
    },
    view: (counters, at) => today.view(counters, at),
    save,
    close: writing.idle,
  };
}
