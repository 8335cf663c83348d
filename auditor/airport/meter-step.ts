import type { TrailPoint } from '../verdict/forecast.ts';
import type { Reason } from '../verdict/reason.ts';
import type { Meter } from './meter-state.ts';

/** What an accepted reading showed beside growth. */
export type MeterEvent =
  | {
      readonly kind: 'cycle';
      /** Use fell between these instants, epoch milliseconds. */
      readonly from: number;
      readonly to: number;
      readonly small: boolean;
      readonly renewed: boolean;
      /** The readings of the new cycle so far, those that were set aside included. */
      readonly readings: readonly TrailPoint[];
    }
  | { readonly kind: 'credit'; readonly from: number; readonly to: number; readonly bytes: number }
  /** Readings that had been set aside were old answers, or those of another level. */
  | { readonly kind: 'old'; readonly readings: number }
  /** Figures made no sense since then, and counting has begun anew. */
  | { readonly kind: 'anew'; readonly from: number }
  /** A fall (`cycle` says whether it was taken for a new cycle) or a rise was none: the earlier level has come back. */
  | { readonly kind: 'undone'; readonly cycle: boolean };

/** A reading is accepted, or set aside: it is an old answer, or waits to be confirmed by later ones. */
export type Step =
  | { readonly meter: Meter; readonly accepted: true; readonly events: readonly MeterEvent[] }
  | { readonly meter: Meter; readonly accepted: false; readonly reason: Reason };
