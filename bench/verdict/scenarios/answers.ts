import { eventsBetween, logUniform } from '../world/chance.ts';
import type { Change, CopiesDraft, PanelForm } from '../world/draft.ts';
import { DAY, GB, HOUR, MB } from '../world/time.ts';

/** Some answers come from a copy that is behind, by bytes or by hours. */
export const oldCopies: Change = (draft) => {
  const draw: CopiesDraft['draw'] = (random) =>
    random.next() < 0.5
      ? { bytes: Math.round(logUniform(random, 1, 8 * MB)) }
      : { age: logUniform(random, 1000, 12 * HOUR) };
  for (const airport of draft.airports) airport.copies = { share: 0.02, draw };
};

/** An answer of one byte, once a month or so. */
export const oneByte: Change = (draft) => {
  for (const airport of draft.airports) airport.copies = { share: 0.003, draw: () => ({ used: 1 }) };
};

/** Now and then some of what was billed is given back. */
export const credits: Change = (draft, random) => {
  for (const airport of draft.airports) {
    const given = eventsBetween(random, draft.begin, draft.end, random.between(20, 60) * DAY);
    airport.events = [
      ...airport.events,
      ...given.map((at) => ({ at, credit: Math.round(logUniform(random, 0.3, 10) * GB) })),
    ];
  }
};

/** Two links of one airport, of which one or the other answers. */
export const flapping: Change = (draft, random) => {
  for (const airport of draft.airports) {
    airport.second = { bytes: Math.round(logUniform(random, 0.2, 20) * GB), share: random.between(0.05, 0.95) };
  }
};

/** One subscription of two airports, of which one cannot be read for an hour now and then. */
export const dropouts: Change = (draft, random) => {
  for (const airport of draft.airports) {
    const spans = eventsBetween(random, draft.begin, draft.end, 15 * DAY).map((from) => ({
      from,
      to: from + random.between(0.3, 2) * HOUR,
    }));
    airport.dropouts = { spans, share: random.between(0.2, 0.8) };
    airport.usedBefore += 5 * GB;
  }
};

/** Figures that are cut to a multiple. */
export const rounding =
  (bytes: number): Change =>
  (draft) => {
    const keepsBytes: readonly PanelForm[] = ['v2board', 'sspanel', 'subconverter', 'marzban'];
    for (const airport of draft.airports) {
      airport.rounding = bytes;
      airport.form = draft.random('rounded form').pick(keepsBytes);
    }
  };

/** Figures in GB with two decimals at most, in the first line of the body. */
export const statusLine: Change = (draft) => {
  for (const airport of draft.airports) airport.form = 'status';
};

/** The counter of a copy that is hours behind always. */
export const copyBehind: Change = (draft) => {
  for (const airport of draft.airports) airport.lag = { kind: 'delay', by: 6 * HOUR };
};

/** What was used is billed in batches. */
export const batches =
  (hours: number): Change =>
  (draft, random) => {
    for (const airport of draft.airports) {
      airport.lag = { kind: 'batches', every: hours * HOUR, phase: random.next() * hours * HOUR };
    }
  };

/** Connections that are billed when they end, among them some that last for hours. */
export const billedAtEnd: Change = (draft, random) => {
  for (const airport of draft.airports) {
    airport.lag = { kind: 'ends', share: random.between(0.1, 0.6), by: random.between(30, 150) * 1000 };
  }
  draft.habit.longest = random.between(4, 14) * HOUR;
};
