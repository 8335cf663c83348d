import { DateTime } from 'luxon';
import type { RunningTotal } from '../play/running-total.ts';
import type { Draft, Event } from './draft.ts';
import { HOUR, LOCAL } from './time.ts';

/** What an airport knows of its customer at an instant. Sizes in bytes, dates in Unix seconds. */
export interface Figures {
  readonly upload: number;
  readonly download: number;
  readonly quota: number;
  readonly expiry: number | null;
  /** The next reset, where it is known. */
  readonly reset: number | null;
}

interface AccountStart {
  readonly usedBefore: number;
  readonly quota: number;
  readonly expiry: number | null;
}

interface Stage extends Pick<Figures, 'quota' | 'expiry'> {
  readonly from: number;
  /** What the counters of bytes are ahead of what is shown. */
  readonly upload: number;
  readonly download: number;
}

/**
 * A customer's account over time.
 *
 * @param upload what is billed as upload, as it reaches the counter
 * @param download the same of download
 */
export function accountOf(
  start: AccountStart,
  events: readonly Event[],
  upload: RunningTotal,
  download: RunningTotal,
): (at: number) => Figures {
  const ordered = [...events].sort((a, b) => a.at - b.at);
  const stages: Stage[] = [];
  let stage: Stage = {
    from: Number.NEGATIVE_INFINITY,
    upload: -0.1 * start.usedBefore,
    download: -0.9 * start.usedBefore,
    quota: start.quota,
    expiry: start.expiry,
  };
  stages.push(stage);
  for (const event of ordered) {
    const { at, resetTo, credit = 0, quota = stage.quota, expiry = stage.expiry } = event;
    const [up, down] = [upload.at(at), download.at(at)];
    const given = Math.min(credit, down - stage.download);
    stage =
      resetTo === undefined
        ? { ...stage, from: at, quota, expiry, download: stage.download + given }
        : { from: at, quota, expiry, upload: up - 0.1 * resetTo, download: down - 0.9 * resetTo };
    stages.push(stage);
  }
  const resets = ordered.filter(({ planned }) => planned === true).map(({ at }) => at);
  return (at) => {
    const current = stages.findLast(({ from }) => from <= at) ?? stage;
    const next = resets.find((each) => each > at);
    return {
      upload: Math.round(upload.at(at) - current.upload),
      download: Math.round(download.at(at) - current.download),
      quota: current.quota,
      expiry: current.expiry,
      reset: next === undefined ? null : Math.round(next / 1000),
    };
  };
}

/**
 * A counter that starts again every month, in shorter months on their last day.
 *
 * @param hour of the day, fractions included
 */
export function monthlyResets({ begin, end }: Draft, day: number, hour: number): Event[] {
  const events: Event[] = [];
  const first = DateTime.fromMillis(begin, { zone: LOCAL.zone }).startOf('month');
  for (let month = 0; ; month += 1) {
    const start = first.plus({ months: month });
    const at = Math.round(start.set({ day: Math.min(day, start.daysInMonth ?? 28) }).toMillis() + hour * HOUR);
    if (at >= end) return events;
    if (at > begin) events.push({ at, resetTo: 0, planned: true });
  }
}

/** A counter that starts again at even distances, counted from an instant before the first audit. */
export function repeatedResets({ begin, end }: Draft, from: number, every: number): Event[] {
  const events: Event[] = [];
  for (let at = from; at < end; at += every) if (at > begin) events.push({ at, resetTo: 0, planned: true });
  return events;
}
