import type { Random } from '../../../simulator/random.ts';

/** The standard normal distribution (Box and Muller). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

/** Between two numbers above 0, any factor as likely as any other. */
export function logUniform(random: Random, low: number, high: number): number {
  return low * (high / low) ** random.next();
}

export function chance(random: Random, share: number): boolean {
  return random.next() < share;
}

/** Instants of events that are independent of each other, from one instant to another. */
export function eventsBetween(random: Random, from: number, to: number, mean: number): number[] {
  const events: number[] = [];
  for (let at = from + random.exponential(mean); at < to; at += random.exponential(mean)) events.push(at);
  return events;
}
