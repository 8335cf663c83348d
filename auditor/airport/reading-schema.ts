import { z } from 'zod';
import { REASON_CODES } from '../verdict/reason.ts';

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
