import { localDayAt } from '../../../core/local-day.ts';
import type { Random } from '../../../simulator/random.ts';
import { LOCAL, MINUTE } from './time.ts';

const LOOK_EVERY = 120 * MINUTE;
const LOOK_JITTER = 10 * MINUTE;
/** After a failure it is tried again so much later. */
const AGAIN = [5 * MINUTE, 15 * MINUTE, 60 * MINUTE];

/**
 * When the service looks: every two hours, and when a day ends.
 *
 * @param fails whether no airport can be read at an instant
 */
export function* lookTimes(
  random: Random,
  begin: number,
  end: number,
  fails: (at: number) => boolean,
): Generator<{ readonly at: number; readonly report: boolean }> {
  let [next, failures] = [begin, 0];
  let dayEnd = localDayAt(begin, LOCAL).end;
  while (Math.min(next, dayEnd) < end) {
    if (next < dayEnd) {
      yield { at: next, report: false };
      failures = fails(next) ? failures + 1 : 0;
      const pause = failures === 0 ? LOOK_EVERY : (AGAIN[Math.min(failures, AGAIN.length) - 1] ?? LOOK_EVERY);
      next += pause + random.next() * LOOK_JITTER * (failures === 0 ? 1 : 0.1);
    } else {
      yield { at: dayEnd, report: true };
      next = Math.max(next, dayEnd + LOOK_EVERY);
      dayEnd = localDayAt(dayEnd, LOCAL).end;
    }
  }
}
