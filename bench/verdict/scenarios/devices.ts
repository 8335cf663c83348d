import type { Random } from '../../../simulator/random.ts';
import { chance, eventsBetween, logUniform } from '../world/chance.ts';
import type { Change, Draft } from '../world/draft.ts';
import { drawAirport } from '../world/household.ts';
import { DAY, HOUR, MB } from '../world/time.ts';

/** Airports whose nodes are in one list without providers. */
export const mergedAirports =
  (count: number): Change =>
  (draft, random) => {
    draft.merged = true;
    draft.airports = Array.from({ length: count }, (_, index) =>
      drawAirport(draft, `airport-${'abc'[index]}`, random.between(0.2, 1)),
    );
  };

/** Health checks that cost much, which half of the kernels report. */
export const costlyChecks: Change = (draft, random) => {
  for (const airport of draft.airports) {
    const from = chance(random, 0.7) ? 0 : random.between(draft.begin, draft.end);
    const daily = logUniform(random, 100, 1500) * MB;
    airport.checks = { daily, from, bytes: random.between(5000, 8000), counted: chance(random, 0.5) };
  }
};

/** A device that nobody watches. @param daily bytes, by the household's own */
export const unwatchedDevice =
  (daily: (own: number) => number, days: number): Change =>
  (draft, random) => {
    const from = chance(random, 0.7) ? 0 : random.between(draft.begin, draft.end);
    draft.unwatched = { daily: daily(draft.habit.daily), days, from };
  };

/** Devices that are set up one after the other though all are used, one that is bought later, and one that is replaced. */
export const joiningDevices: Change = (draft, random) => {
  for (const [index, device] of draft.devices.entries()) {
    if (index > 0 || chance(random, 0.5)) device.firstPush = draft.begin + random.between(0, 5) * DAY;
  }
  const latest = draft.devices.at(-1);
  if (latest !== undefined && draft.devices.length > 1 && chance(random, 0.5)) {
    latest.firstPush = draft.begin + random.between(5, 60) * DAY;
    latest.used = { from: latest.firstPush, to: Number.POSITIVE_INFINITY };
  }
  replaceDevice(draft, draft.begin + random.between(10, 100) * DAY);
};

/** The first device retires, and another takes its place a day or two later. */
function replaceDevice(draft: Draft, at: number): void {
  const first = draft.devices[0];
  if (first === undefined || at <= first.firstPush) return;
  const pause = draft.random('replacement').between(0.05, 2) * DAY;
  const used = { from: at + pause, to: Number.POSITIVE_INFINITY };
  first.lastPush = at;
  first.used = { from: 0, to: at };
  draft.devices.push({ ...first, name: `${first.name} new`, used, firstPush: used.from, lastPush: undefined });
}

/** Kernels that restart while no exporter looks. */
export const restarts: Change = (draft, random) => {
  for (const device of draft.devices) {
    device.losses = eventsBetween(random, Math.max(draft.begin, device.firstPush), draft.end, 12 * DAY).map((from) => ({
      from,
      to: from + logUniform(random, 0.05, 5) * HOUR,
    }));
    device.silences = [...device.silences, ...device.losses];
  }
};

/** A household in which one device or another is used for days without a push. */
export const longSilences: Change = (draft, random) =>
  silenceSome(draft, random, 25 * DAY, () => random.between(2, 5) * DAY);

/** A household in which the pushes of one device or another come half a day or two days late. */
export const lateReports: Change = (draft, random) =>
  silenceSome(draft, random, 5 * DAY, () => random.between(6, 40) * HOUR);

function silenceSome(draft: Draft, random: Random, mean: number, length: () => number): void {
  for (const from of eventsBetween(random, draft.begin, draft.end, mean)) {
    const device = random.pick(draft.devices);
    device.silences = [...device.silences, { from, to: from + length() }];
  }
}

/** Every byte costs some per cent more. */
export const overhead: Change = (draft, random) => {
  for (const airport of draft.airports) airport.ratio = random.between(1.03, 1.1);
};
