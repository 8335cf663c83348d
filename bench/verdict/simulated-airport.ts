import { createRandom, type Random } from '../../simulator/random.ts';
import { DAY, deviceUse, normal, type RunningTotal, runningTotal, STEP, STEPS_A_DAY } from './household-use.ts';

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const HOUR = 3_600_000;

/** What somebody else uses over the subscription. */
export interface Leak {
  readonly shape: 'burst' | 'drip' | 'evening';
  /** Milliseconds since the simulation began. */
  readonly start: number;
  /** Bytes a day, or of the burst. */
  readonly bytes: number;
}

export interface AirportPlan {
  readonly seed: string;
  /** Days that are played; one more comes before them, so that the first reading is not the first use. */
  readonly days: number;
  readonly leak?: Leak;
  /** Bytes a day of all devices together that are never exceeded. */
  readonly most?: number;
  /** Lags, rates by hour and other troubles; without them only what every airport shows. */
  readonly troubled: boolean;
}

export interface SimulatedNode {
  readonly name: string;
  /** What its name or the settings admit. */
  readonly low: number;
  readonly high: number;
}

export interface SimulatedDevice {
  /** By node, what its kernel moved. */
  readonly use: readonly RunningTotal[];
  /** Spans in which it could not report, in milliseconds. */
  readonly silences: readonly { readonly from: number; readonly to: number }[];
}

/** Months of an airport and its customer, with the truth. Times are milliseconds since the simulation began. */
export interface SimulatedAirport {
  readonly plan: AirportPlan;
  readonly nodes: readonly SimulatedNode[];
  readonly devices: readonly SimulatedDevice[];
  /** What the header says is used; undefined in a gap. */
  used(at: number): number | undefined;
  readonly quota: number;
  /** True bill of the devices, with no lag. */
  readonly own: RunningTotal;
  /** The same as the airport's counter shows them, with its lag. */
  readonly ownBilled: RunningTotal;
  readonly leakBilled: RunningTotal;
}

/** Where days are played, the first of them begins here. */
export const BEGIN = DAY;

export function simulateAirport(plan: AirportPlan): SimulatedAirport {
  const random = createRandom(plan.seed);
  const days = plan.days + 1;
  const nodes = drawNodes(random, plan.troubled);
  const count = random.whole(1, 4);
  const daily = ((plan.most ?? 5 * GIB) * random.between(0.08, 0.6)) / count;
  const devices: SimulatedDevice[] = [];
  const bill = new Float64Array(days * STEPS_A_DAY);
  const overhead = random.between(1, 1.03);
  const noise = Array.from({ length: days }, () => 1 + 0.005 * normal(random));
  for (let index = 0; index < count; index += 1) {
    const habit = { daily, spread: 0.6, weekend: random.between(0.6, 1.8), most: (plan.most ?? 40 * GIB) / count };
    const use = deviceUse(random, habit, nodes.length, days);
    const checks = (random.between(0, 8) * MIB) / STEPS_A_DAY;
    for (let step = 0; step < bill.length; step += 1) {
      let bytes = checks;
      use.forEach((steps, node) => {
        bytes +=
          (steps[step] ?? 0) * (nodes[node]?.rate(step) ?? 1) * overhead * (noise[Math.floor(step / STEPS_A_DAY)] ?? 1);
      });
      bill[step] = (bill[step] ?? 0) + bytes;
    }
    devices.push({ use: use.map(runningTotal), silences: index === 0 ? drawSilences(random, days) : [] });
  }
  const leak = leakSteps(plan.leak, days);
  const lag = plan.troubled ? drawLag(random, bill.length) : delay(random);
  const [ownBilled, leakBilled] = [lag(bill), lag(leak)];
  const counted: RunningTotal = { at: (at) => ownBilled.at(at) + leakBilled.at(at) };
  const resets = drawResets(random, days);
  const gaps = drawGaps(random, days);
  const begin = random.between(0, 20) * GIB;
  return {
    plan,
    nodes,
    devices,
    quota: 1000 * GIB,
    own: runningTotal(bill),
    ownBilled,
    leakBilled,
    used(at) {
      if (gaps.some(({ from, to }) => at >= from && at < to)) return undefined;
      const reset = resets.findLast((each) => each <= at);
      return Math.round(reset === undefined ? begin + counted.at(at) : counted.at(at) - counted.at(reset));
    },
  };
}

interface RatedNode extends SimulatedNode {
  /** What the airport really multiplies by. */
  rate(step: number): number;
}

function drawNodes(random: Random, troubled: boolean): RatedNode[] {
  const kind = troubled ? random.next() : 1;
  return Array.from({ length: random.whole(2, 6) }, (_, index) => {
    const told = random.weighted([
      { value: 1, weight: 6 },
      { value: 2, weight: 1 },
      { value: 1.5, weight: 1 },
      { value: 0.5, weight: 1 },
      { value: 0.1, weight: 0.5 },
    ]).value;
    const name = `node ${index + 1} ${told}x`;
    // A name that can be read in two ways.
    if (kind < 0.1 && index === 0) {
      const rate = random.pick([1, 2]);
      return { name, low: 1, high: 2, rate: () => rate };
    }
    // Twice as dear in the evening, which the settings tell as a range.
    if (kind < 0.2 && index < 2)
      return { name, low: told, high: 2 * told, rate: (step) => (hourOf(step) >= 18 ? 2 * told : told) };
    // Cheaper at night, which nobody was told.
    if (kind < 0.3) return { name, low: told, high: told, rate: (step) => (hourOf(step) < 7 ? told / 2 : told) };
    return { name, low: told, high: told, rate: () => told };
  });
}

const hourOf = (step: number): number => ((step % STEPS_A_DAY) / STEPS_A_DAY) * 24;

type Lag = (steps: Float64Array) => RunningTotal;

/** Some airports count by the minute, some by batches of hours, some when a connection ends. */
function drawLag(random: Random, steps: number): Lag {
  const kind = random.next();
  if (kind < 0.7) return delay(random);
  if (kind < 0.85) {
    const period = random.pick([1, 3, 6]) * HOUR;
    const phase = random.next() * period;
    return (bytes) => {
      const total = runningTotal(bytes);
      return { at: (at) => total.at(Math.floor((at - phase) / period) * period + phase) };
    };
  }
  const late = Array.from({ length: steps }, () => (random.next() < 0.15 ? random.whole(12, 120) : 0));
  return (bytes) => {
    const moved = new Float64Array(steps);
    bytes.forEach((count, step) => {
      const at = Math.min(step + (late[step] ?? 0), steps - 1);
      moved[at] = (moved[at] ?? 0) + count;
    });
    return runningTotal(moved);
  };
}

function delay(random: Random): Lag {
  const lag = random.between(30_000, 150_000);
  return (bytes) => {
    const total = runningTotal(bytes);
    return { at: (at) => total.at(at - lag) };
  };
}

function drawSilences(random: Random, days: number): { from: number; to: number }[] {
  const silences: { from: number; to: number }[] = [];
  for (let at = random.exponential(12 * DAY); at < days * DAY; at += random.exponential(12 * DAY)) {
    const from = Math.max(at, BEGIN + HOUR);
    silences.push({ from, to: from + random.between(0.2, 30) * HOUR });
    at = from + 30 * HOUR;
  }
  return silences;
}

function drawResets(random: Random, days: number): number[] {
  const first = BEGIN + random.whole(0, 29) * DAY + 5 * 60_000;
  return Array.from({ length: Math.ceil(days / 30) }, (_, index) => first + index * 30 * DAY);
}

/** Single failures, and now and then a day or two without a header. */
function drawGaps(random: Random, days: number): { from: number; to: number }[] {
  const gaps: { from: number; to: number }[] = [];
  for (let at = BEGIN + HOUR + random.exponential(2 * DAY); at < days * DAY; at += random.exponential(2 * DAY)) {
    gaps.push({ from: at, to: at + 20 * 60_000 });
  }
  if (random.next() < days / 120) {
    const from = random.between(2, Math.max(3, days - 3)) * DAY;
    gaps.push({ from, to: from + random.between(12, 48) * HOUR });
  }
  return gaps;
}

function leakSteps(leak: Leak | undefined, days: number): Float64Array {
  const steps = new Float64Array(days * STEPS_A_DAY);
  if (leak === undefined) return steps;
  const start = Math.floor(leak.start / STEP);
  for (let step = start; step < steps.length; step += 1) {
    if (leak.shape === 'drip') steps[step] = leak.bytes / STEPS_A_DAY;
    else if (leak.shape === 'burst') steps[step] = step < start + 24 ? leak.bytes / 24 : 0;
    else steps[step] = hourOf(step) >= 18 ? leak.bytes / (STEPS_A_DAY / 4) : 0;
  }
  return steps;
}
