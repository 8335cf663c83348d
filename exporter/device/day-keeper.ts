import type { DayRule } from '../../core/local-day.ts';
import { createSerialQueue } from '../../runtime/async.ts';
import { errorCode } from '../../runtime/error-code.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Files } from '../host/files.ts';
import type { LedgerCounters } from '../ledger/ledger.ts';
import type { DeviceCounters } from './device-counters.ts';
import { createToday, type TodayView } from './today.ts';
import { readToday, writeToday } from './today-file.ts';

export interface DayKeeperOptions {
  readonly files: Files;
  /** Where it is saved, as of now. */
  path(): string;
  /** What a day is, as of now. */
  rule(): DayRule;
  readonly logger: Logger;
}

/** Keeps what a device has moved today, through restarts and edits. It is for people to see; no count rests on it. */
export interface DayKeeper {
  /** Goes on from what was saved for the device. */
  open(deviceId: string): Promise<void>;
  /** Begins anew for a device of another name. */
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

export function createDayKeeper({ files, path, rule, logger }: DayKeeperOptions): DayKeeper {
  let today = createToday('', undefined, rule);
  const writing = createSerialQueue();

  async function write(): Promise<void> {
    const saved = today.save();
    if (saved === undefined) return;
    try {
      await writeToday(files, path(), saved);
    } catch (error) {
      logger.warn({ code: errorCode(error) }, 'what moved today will not be known after a restart; mend StateDir');
    }
  }
  const save = (): void => void writing.run(write);

  return {
    async open(deviceId) {
      today = createToday(deviceId, await readToday(files, path()), rule);
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
