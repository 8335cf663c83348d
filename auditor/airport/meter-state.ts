import { z } from 'zod';
import { readingSchema } from './reading-schema.ts';
import { roundingSchema } from './rounding.ts';

const level = z.object({
  used: z.number(),
  upload: z.number().nullable(),
  download: z.number().nullable(),
  precision: z.number(),
});

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

export const meterSchema = z.object({
  mark: markSchema,
  /** The last accepted reading. */
  last: readingSchema,
  level,
  /** Readings since then that may be of a new level, none lower than the one before. */
  aside: z.array(readingSchema).readonly(),
  /** When the first reading since the last accepted one was set aside, epoch milliseconds. */
  waiting: z.number().nullable(),
  /** When a reading was last set aside, epoch milliseconds. */
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
