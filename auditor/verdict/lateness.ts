const HOUR = 3_600_000;
/** Airports that bill in batches, or when a long connection ends, catch up within this. */
export const LONGEST_LAG = 48 * HOUR;
/** Bytes that are late, or that chance moves; less is no lateness. */
const LATE = 8 * 2 ** 20;
/** An airport has made up for what was late once so much of it was billed. */
const MADE_UP = 0.8;
/** The counter moved at some time between two looks. */
const LOOKS_APART = 2 * HOUR;

/** One reading of the airport, with what was known of the devices at the time. Epoch milliseconds and bytes. */
export interface Look {
  readonly at: number;
  /** Bytes billed since the first look, above what was expected. It falls while the airport lags and rises as it catches up. */
  readonly above: number;
  /** Whether it is sure that devices had reported all that they used. */
  readonly whole: boolean;
  /** Whether it showed what was gross, while all devices had reported. */
  readonly leak: boolean;
}

/**
 * What an airport had used and not billed at an instant: how far its bill was behind its best of the time before. Late
 * billing never lifts the bill above that, which a leak does.
 *
 * @param reach how far back, in milliseconds
 */
export function backlogAt(looks: readonly Look[], at: number, reach: number): number {
  const here = looks.findLast((look) => look.at <= at);
  if (here === undefined) return 0;
  let best = here.above;
  for (const { at: time, above, whole } of looks) {
    if (whole && time <= at && at - time <= reach) best = Math.max(best, above);
  }
  return Math.round(best - here.above);
}

/**
 * The longest time in which an airport fell behind and made up for it; 0 where it never did. A price below what names say
 * looks like lateness too, but is never made up for.
 */
export function lagOf(looks: readonly Look[]): number {
  const whole = looks.filter((look) => look.whole);
  let longest = 0;
  for (let index = 0; index < whole.length; index += 1) {
    const peak = whole[index];
    if (peak === undefined) continue;
    let depth = 0;
    for (const look of whole.slice(index + 1)) {
      if (look.at - peak.at > LONGEST_LAG) break;
      depth = Math.max(depth, peak.above - look.above);
      if (peak.above - look.above > (1 - MADE_UP) * depth && depth > 0) continue;
      if (depth > LATE) longest = Math.max(longest, look.at - peak.at);
      if (look.above >= peak.above) break;
    }
  }
  return longest === 0 ? 0 : Math.min(LONGEST_LAG, longest + LOOKS_APART);
}
