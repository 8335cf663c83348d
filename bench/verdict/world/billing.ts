import { type Movement, type RunningTotal, runningTotal } from '../play/running-total.ts';
import { chance, normal } from './chance.ts';
import type { AirportDraft, Draft, LagDraft } from './draft.ts';
import { DAY, HOUR, midnightOf } from './time.ts';
import { BEFORE, type Session } from './use.ts';

/** What one airport charges a household, without any lag, and what that is made of. */
export interface Billing {
  readonly upload: RunningTotal;
  readonly download: RunningTotal;
  /** What somebody else uses of it. */
  readonly leak: RunningTotal;
}

/** Both directions as they reach the customer's counter. */
export type Counted = Pick<Billing, 'upload' | 'download'>;

/** @param sessions those of this airport */
export function billingOf(draft: Draft, airport: AirportDraft, sessions: readonly Session[]): Billing & Counted {
  const noise = noiseOf(draft, airport);
  const ends = airport.lag.kind === 'ends' ? airport.lag.share : 0;
  const random = draft.random(`ends at ${airport.name}`);
  const movements: { upload: Movement[]; download: Movement[] } = { upload: [], download: [] };
  for (const { from, to, node, upload, download } of sessions) {
    const middle = (from + to) / 2;
    const factor = (airport.nodes[node]?.rate(middle) ?? 1) * airport.ratio * noise(middle);
    const begin = chance(random, ends) ? to : from;
    movements.upload.push({ from: begin, to, bytes: upload * factor });
    movements.download.push({ from: begin, to, bytes: download * factor });
  }
  const first = draft.airports[0] === airport;
  const leak = first ? leakMovements(draft) : [];
  movements.download.push(...checksOf(draft, airport), ...(first ? unwatchedOf(draft) : []), ...leak);
  return {
    upload: runningTotal(movements.upload),
    download: runningTotal(movements.download),
    leak: runningTotal(leak),
  };
}

/** By how much each day's meter differs. */
function noiseOf({ begin, end, random: stream }: Draft, { name, noise }: AirportDraft): (at: number) => number {
  const random = stream(`noise of ${name}`);
  const start = midnightOf(begin - BEFORE);
  const days = Array.from({ length: Math.ceil((end - start) / DAY) + 1 }, () => 1 + noise * normal(random));
  return (at) => days[Math.floor((at - start) / DAY)] ?? 1;
}

function checksOf({ begin, end }: Draft, { checks }: AirportDraft): Movement[] {
  const from = Math.max(checks.from, begin - BEFORE);
  return from >= end ? [] : [{ from, to: end, bytes: (checks.daily * (end - from)) / DAY }];
}

function unwatchedOf({ unwatched, begin, end, random: stream }: Draft): Movement[] {
  if (unwatched === undefined) return [];
  const random = stream('unwatched');
  const movements: Movement[] = [];
  for (let midnight = midnightOf(begin - BEFORE); midnight < end; midnight += DAY) {
    const [used, from, length] = [chance(random, unwatched.days), random.between(10, 22), random.between(0.2, 3)];
    const bytes = unwatched.daily * Math.exp(0.3 * normal(random));
    const at = midnight + from * HOUR;
    if (used && at >= unwatched.from) movements.push({ from: at, to: at + length * HOUR, bytes });
  }
  return movements;
}

/** A total as it reaches the counter. */
export function counted(total: RunningTotal, lag: LagDraft): RunningTotal {
  const shown = (at: number): number =>
    lag.kind === 'batches' ? Math.floor((at - lag.phase) / lag.every) * lag.every + lag.phase : at - lag.by;
  return { begin: total.begin, at: (at) => total.at(shown(at)) };
}

/** What somebody else moves over the first airport. */
function leakMovements({ leak, end }: Draft): Movement[] {
  if (leak === undefined) return [];
  const { shape, start, bytes } = leak;
  switch (shape) {
    case 'constant':
      return [{ from: start, to: end, bytes: (bytes * (end - start)) / DAY }];
    case 'burst':
      return [{ from: start, to: start + 2 * HOUR, bytes }];
    case 'evening':
      return days(start, end).flatMap((midnight) => {
        const from = Math.max(start, midnight + 18 * HOUR);
        const to = midnight + 24 * HOUR;
        return from < to ? [{ from, to, bytes: (bytes * (to - from)) / (6 * HOUR) }] : [];
      });
    case 'growing':
      return Array.from({ length: Math.ceil((end - start) / DAY) }, (_, day) => {
        const from = start + day * DAY;
        return { from, to: from + DAY, bytes: bytes * Math.min(1, (day + 1) / 30) };
      });
  }
}

function days(start: number, end: number): number[] {
  const midnights: number[] = [];
  for (let midnight = midnightOf(start); midnight < end; midnight += DAY) midnights.push(midnight);
  return midnights;
}
