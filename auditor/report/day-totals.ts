import { z } from 'zod';

/** What a day that was reported came to, bytes of both directions by class. */
export const dayTotalsSchema = z.object({
  /** `YYYY-MM-DD`, in the time zone of the account. */
  date: z.string(),
  proxy: z.number(),
  direct: z.number(),
  local: z.number(),
});

export type DayTotals = z.infer<typeof dayTotalsSchema>;
