import type { Draft, LeakDraft } from '../world/draft.ts';
import { DAY, MB } from '../world/time.ts';
import { BEFORE } from '../world/use.ts';
import { buildWorld, type World } from '../world/world.ts';
import { type Heard, hear } from './heard.ts';
import type { Tally } from './tally.ts';

/** When such leaks begin, at the earliest and the latest. */
const FIRST = 21 * DAY;
const LAST = 28 * DAY;
/** Days of a household in which one is put. */
export const GROSS_LEAK_DAYS = 33;
const SMALLEST = 100 * MB;

export const NO_GROSS_LEAKS = { leaks: 0, oneDay: 0, threeDays: 0 };
export type GrossLeaks = Tally<keyof typeof NO_GROSS_LEAKS>;

/** Puts a leak of half of the household's use, or more, into it, and tells whether it was seen. */
export async function judgeGrossLeak(draft: Draft): Promise<GrossLeaks> {
  const random = draft.random('gross leak');
  const start = draft.begin + random.between(FIRST, LAST);
  const own = dailyBill(buildWorld(draft), start);
  const bytes = Math.max(SMALLEST, own * random.between(0.5, 1));
  const leak: LeakDraft = { shape: random.pick(['constant', 'evening'] as const), start, bytes };
  const world = buildWorld({ ...draft, leak });
  const heard = (await hear(world)).get(draft.airports[0]?.name ?? '') ?? [];
  return {
    leaks: 1,
    oneDay: isSeen(heard, start, 1) ? 1 : 0,
    threeDays: isSeen(heard, start, 3) ? 1 : 0,
  };
}

/** What the first airport bills a day on average, up to an instant. */
function dailyBill({ airports, draft: { begin } }: World, until: number): number {
  const first = airports[0];
  if (first === undefined) return 0;
  const from = begin - BEFORE / 2;
  const over = (total: { at(at: number): number }): number => total.at(until) - total.at(from);
  return ((over(first.upload) + over(first.download)) * DAY) / (until - from);
}

function isSeen(heard: readonly Heard[], start: number, days: number): boolean {
  return heard.some(({ at, kind }) => at > start && at <= start + days * DAY && (kind === 'leak' || kind === 'drift'));
}
