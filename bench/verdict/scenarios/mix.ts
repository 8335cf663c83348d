import { chance } from '../world/chance.ts';
import { GB, MB } from '../world/time.ts';
import {
  batches,
  billedAtEnd,
  copyBehind,
  credits,
  dropouts,
  flapping,
  oldCopies,
  rounding,
  statusLine,
} from './answers.ts';
import {
  costlyChecks,
  joiningDevices,
  lateReports,
  longSilences,
  mergedAirports,
  overhead,
  restarts,
  unwatchedDevice,
} from './devices.ts';
import { hourlyMultipliers, misreadNames, untoldMultipliers } from './rates.ts';
import { resets } from './resets.ts';
import type { Scenario } from './scenario.ts';

type Change = Scenario['change'];
type Choice = { readonly change: Change | undefined; readonly weight: number };

/** Of each line one, by its weight: what one household has of each trouble. Airports come first. */
const TROUBLES: readonly (readonly Choice[])[] = [
  [
    { change: mergedAirports(2), weight: 12 },
    { change: mergedAirports(3), weight: 3 },
    { change: undefined, weight: 85 },
  ],
  [
    { change: resets('setting'), weight: 15 },
    { change: resets('header'), weight: 10 },
    { change: resets('untold'), weight: 35 },
    { change: undefined, weight: 40 },
  ],
  [
    { change: rounding(10 * MB), weight: 6 },
    { change: rounding(100 * MB), weight: 3 },
    { change: rounding(GB), weight: 2 },
    { change: statusLine, weight: 4 },
    { change: undefined, weight: 85 },
  ],
  [
    { change: batches(1), weight: 6 },
    { change: batches(3), weight: 2 },
    { change: batches(6), weight: 2 },
    { change: batches(12), weight: 1 },
    { change: batches(24), weight: 2 },
    { change: copyBehind, weight: 2 },
    { change: billedAtEnd, weight: 10 },
    { change: undefined, weight: 75 },
  ],
  [
    { change: oldCopies, weight: 8 },
    { change: flapping, weight: 2 },
    { change: dropouts, weight: 2 },
    { change: undefined, weight: 88 },
  ],
  [
    { change: credits, weight: 6 },
    { change: undefined, weight: 94 },
  ],
  [
    { change: untoldMultipliers, weight: 10 },
    { change: hourlyMultipliers, weight: 3 },
    { change: misreadNames, weight: 4 },
    { change: undefined, weight: 83 },
  ],
  [
    { change: costlyChecks, weight: 15 },
    { change: overhead, weight: 10 },
    { change: undefined, weight: 75 },
  ],
  [
    { change: unwatchedDevice(() => 100 * MB, 1), weight: 6 },
    { change: unwatchedDevice((own) => 0.15 * own, 1), weight: 4 },
    { change: unwatchedDevice((own) => 0.5 * own, 1), weight: 2 },
    { change: unwatchedDevice((own) => 0.5 * own, 0.3), weight: 3 },
    { change: undefined, weight: 85 },
  ],
  [
    { change: joiningDevices, weight: 30 },
    { change: undefined, weight: 70 },
  ],
  [
    { change: restarts, weight: 15 },
    { change: undefined, weight: 85 },
  ],
  [
    { change: longSilences, weight: 6 },
    { change: lateReports, weight: 10 },
    { change: undefined, weight: 84 },
  ],
];

/** A household as the street has them: mostly one or two of these troubles. */
export const mix: Change = (draft, random) => {
  for (const choices of TROUBLES) random.weighted(choices).change?.(draft, random);
  // Who has merged airports may still have named the provider of each.
  if (draft.airports.length > 1 && chance(random, 0.4)) draft.merged = false;
};
