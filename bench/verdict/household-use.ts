import type { Random } from '../../simulator/random.ts';

/** Length of a step of the simulation. */
export const STEP_MINUTES = 5;
export const STEPS_A_DAY = (24 * 60) / STEP_MINUTES;
export const DAY = 24 * 3_600_000;
export const STEP = STEP_MINUTES * 60_000;
const MIB = 2 ** 20;

/** Use over steps as running totals: what had moved by the beginning of each step. */
export interface RunningTotal {
  /** Between steps the total grows evenly. @param at milliseconds since the simulation began */
  at(at: number): number;
}

export function runningTotal(steps: Float64Array): RunningTotal {
  const totals = new Float64Array(steps.length + 1);
  for (let index = 0; index < steps.length; index += 1) totals[index + 1] = (totals[index] ?? 0) + (steps[index] ?? 0);
  return {
    at(at) {
      const place = Math.min(Math.max(at / STEP, 0), steps.length);
      const index = Math.floor(place);
      return (totals[index] ?? 0) + (place - index) * (steps[index] ?? 0);
    },
  };
}

/** The standard normal distribution (Box and Muller). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

export interface UseHabit {
  /** Bytes of a usual day. */
  readonly daily: number;
  /** How much days differ: the standard deviation of the logarithm. */
  readonly spread: number;
  /** Factor of Saturdays and Sundays. */
  readonly weekend: number;
  /** Highest bytes of a day. */
  readonly most: number;
}

/**
 * One device's bytes by node and step: sessions of minutes to hours, mostly in the evening, each over one node.
 *
 * @param nodes how many nodes there are to choose from
 */
export function deviceUse(random: Random, habit: UseHabit, nodes: number, days: number): Float64Array[] {
  const use = Array.from({ length: nodes }, () => new Float64Array(days * STEPS_A_DAY));
  for (let day = 0; day < days; day += 1) {
    const weekend = day % 7 >= 5 ? habit.weekend : 1;
    const bytes = Math.min(habit.most, habit.daily * weekend * Math.exp(habit.spread * normal(random)));
    const sessions = Array.from({ length: random.whole(3, 12) }, () => ({
      node: random.whole(0, nodes - 1),
      start: day * STEPS_A_DAY + startOf(random),
      length: Math.ceil(random.exponential(8)),
      share: random.exponential(1),
    }));
    const shares = sessions.reduce((sum, { share }) => sum + share, 0);
    for (const { node, start, length, share } of sessions) {
      const steps = use[node];
      if (steps === undefined) continue;
      for (let step = start; step < start + length; step += 1) {
        const at = Math.min(step, steps.length - 1);
        steps[at] = (steps[at] ?? 0) + Math.round((bytes * share) / shares / length);
      }
    }
    // What never ends: notifications, updates.
    const idle = use[0];
    if (idle === undefined) continue;
    for (let step = day * STEPS_A_DAY; step < (day + 1) * STEPS_A_DAY; step += 1) {
      idle[step] = (idle[step] ?? 0) + Math.round((random.next() * MIB) / 20);
    }
  }
  return use;
}

/** A step of the day, which begins at 23:55; two thirds of all sessions begin from noon to 23:00. */
function startOf(random: Random): number {
  return Math.floor((random.next() < 0.67 ? random.between(0.5, 0.96) : random.next()) * STEPS_A_DAY);
}
