import type { Random } from '../../../simulator/random.ts';
import type { Draft } from '../world/draft.ts';

/** One kind of airport or household, as a change to what is drawn for all. */
export interface Scenario {
  /** For `--only`. */
  readonly name: string;
  readonly title: string;
  /** Alarms of all kinds a year, at most. */
  readonly atMost: number;
  /** Whether the one note that it deserves is free, and alarms before it are. */
  readonly noted: boolean;
  /** Years that show it. */
  readonly years: number;
  /** Days that one household is watched. */
  readonly days: number;
  change(draft: Draft, random: Random): void;
}
