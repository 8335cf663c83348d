import { sampleMessages } from '../../exporter/replay/recording.ts';
import { median, misattribution } from './misattribution.ts';
import type { ConnectionLife, Scenario } from './scenario.ts';

/** Bytes of a small connection: as many as one of the recordings' short ones moves at most. */
const SMALL = 160_000;
/** A connection is busy when it moved at least so many bytes a millisecond. */
const BUSY_RATE = 300;

/** One of those between whom frames and log do not tell apart. */
interface Party {
  readonly class: string;
  /** What frames and log let expect of it, besides the others of its group. */
  readonly weight: number;
  /** What it really moved unseen. */
  readonly bytes: number;
}

/**
 * What chance alone puts under a wrong class: the error of a method that is told, beyond all that the kernel says, what
 * each connection moved unseen, except how two kinds divide what they moved *together*: busy connections that closed
 * between the same two frames, having moved some more, which divide it by their rates, and small ones that lived
 * between the same two frames, which divide it evenly. As long as those of a group are alike but for what nobody tells, as
 * they are in the simulation and nearly so in the recordings, no method that sees the same frames can expect to do
 * better; on a single draw it may.
 *
 * @param interval milliseconds between frames
 * @param phase milliseconds into the scenario
 */
export function chanceError({ messages, lives, truth }: Scenario, interval: number, phase: number): number {
  const times = sampleMessages(messages, interval, phase).map(({ t }) => t);
  const counted = new Map(truth.byClass);
  times.forEach((from, index) => {
    const until = times[index + 1] ?? from;
    const over = lives.filter(({ closedAt }) => closedAt > from && closedAt <= until);
    for (const group of [busyOnes(over, times[index - 1] ?? 0, from), smallOnes(over, from)]) divide(group, counted);
  });
  return misattribution(counted, truth.byClass);
}

/** The middle of ten phases. */
export function chanceOver(scenario: Scenario, interval: number): number {
  const phases = Array.from({ length: 10 }, (_, index) => (index * interval) / 10);
  return median(phases.map((phase) => chanceError(scenario, interval, phase)));
}

/** @param before the frame before the last one, epoch milliseconds */
function busyOnes(over: readonly ConnectionLife[], before: number, from: number): Party[] {
  return over
    .filter(({ openedAt }) => openedAt < from)
    .map((life) => {
      const since = Math.max(before, life.openedAt);
      const rate = (life.downloadedBy(from) - life.downloadedBy(since)) / (from - since);
      return { class: life.class, weight: rate, bytes: unseenOf(life, from) };
    })
    .filter(({ weight, bytes }) => weight >= BUSY_RATE && bytes > 0);
}

function smallOnes(over: readonly ConnectionLife[], from: number): Party[] {
  return over
    .filter(({ openedAt, class: trafficClass }) => openedAt > from && trafficClass !== 'reject')
    .map((life) => ({ class: life.class, weight: 1, bytes: unseenOf(life, from) }))
    .filter(({ bytes }) => bytes <= SMALL);
}

const unseenOf = ({ downloadedBy, closedAt }: ConnectionLife, from: number): number =>
  downloadedBy(closedAt) - downloadedBy(from);

/** Takes from each what it moved, and gives it what could be expected. */
function divide(group: readonly Party[], counted: Map<string, number>): void {
  const together = group.reduce((sum, { bytes }) => sum + bytes, 0);
  const weights = group.reduce((sum, { weight }) => sum + weight, 0);
  for (const { class: trafficClass, weight, bytes } of group) {
    counted.set(trafficClass, (counted.get(trafficClass) ?? 0) - bytes + (together * weight) / weights);
  }
}
