import { z } from 'zod';
import type { TrailPoint } from '../verdict/forecast.ts';
import { REASON_CODES, type Reason } from '../verdict/reading.ts';

const figure = z.number().nullable();

/** A reading as files keep it. */
export const readingSchema = z.object({
  at: z.number(),
  upload: figure,
  download: figure,
  used: z.number(),
  quota: figure,
  unlimited: z.boolean(),
  expiry: figure,
  reset: figure,
  precision: z.number(),
  printed: z.object({ units: z.tuple([z.number(), z.number()]).readonly(), decimals: z.number() }).exactOptional(),
  reasons: z.array(z.object({ code: z.enum(REASON_CODES), detail: z.string().exactOptional() })).readonly(),
});

const level = z.object({
  used: z.number(),
  upload: z.number().nullable(),
  download: z.number().nullable(),
  precision: z.number(),
});

/** The highest figures of an airport since they last fell, in bytes: a rounded figure may go up and down. */
export type Level = z.infer<typeof level>;

/** A level that was left, and the total at which it stood, without what was owed: should it come back, the count goes on from there. */
const resumption = z.object({ level, total: z.number() });

export const markSchema = z.object({
  at: z.number(),
  total: z.number(),
  precision: z.number(),
  gaps: z.number(),
  resets: z.number(),
  cycles: z.number(),
  credited: z.number(),
});

const roundingSchema = z.object({
  /** The most decimals that a line of this airport ever printed. */
  decimals: z.number(),
  /** The last different figures in headers, newest last, in bytes. */
  figures: z.array(z.number()).readonly(),
});

/** What is known of how an airport rounds. */
export type Rounding = z.infer<typeof roundingSchema>;

export const meterSchema = z.object({
  mark: markSchema,
  /** The last accepted reading. */
  last: readingSchema,
  level,
  /** Readings since then that may be of a new level, none lower than the one before. */
  aside: z.array(readingSchema).readonly(),
  /** When the first reading since the last accepted one was set aside, epoch milliseconds. */
  waiting: z.number().nullable(),
  /** When an answer was last seen that differs from those around it, epoch milliseconds. */
  asideAt: z.number().nullable(),
  /** Before the last accepted reading that grew: an answer that was too high is undone by it. */
  step: resumption.nullable(),
  /** Before the last fall that was accepted. */
  fall: resumption
    .extend({
      /** Epoch milliseconds of the reading with which it was accepted. */
      at: z.number(),
      /** Use at the first reading after it, in bytes. */
      floor: z.number(),
      /** Accepted at once, since a reset was due. */
      due: z.boolean(),
      cycle: z.boolean(),
      credited: z.number(),
    })
    .nullable(),
  /** Bytes in the total that were never billed: later growth is taken for them first. */
  owed: z.number(),
  rounding: roundingSchema,
});

/** What is remembered of an airport's counter; as JSON in the state. */
export type Meter = z.infer<typeof meterSchema>;

/** What an accepted reading showed besides growth. */
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
  /** Figures made no sense since then, and counting has started again. */
  | { readonly kind: 'restarted'; readonly from: number }
  /** A fall (`cycle` says whether it was taken for a new cycle) or a rise was none: the earlier level has come back. */
  | { readonly kind: 'undone'; readonly cycle: boolean };

/** A reading is accepted, or set aside: it is an old answer, or waits to be confirmed by later ones. */
export type Step =
  | { readonly meter: Meter; readonly accepted: true; readonly events: readonly MeterEvent[] }
  | { readonly meter: Meter; readonly accepted: false; readonly reason: Reason };
