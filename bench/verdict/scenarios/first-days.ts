import { batches, billedAtEnd, copyBehind } from './answers.ts';
import type { Scenario } from './scenario.ts';

const LAGS: readonly Scenario['change'][] = [
  batches(1),
  batches(3),
  batches(6),
  batches(12),
  batches(24),
  copyBehind,
  billedAtEnd,
];

/** An airport of some lag, of which nothing is known yet. */
export const anyLag: Scenario['change'] = (draft, random) => random.pick(LAGS)(draft, random);
