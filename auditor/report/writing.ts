import type { Words } from '../messages/report.ts';
import type { Figures } from './figures.ts';

/** How sentences, figures and instants are written: in one language and time zone. */
export interface Writing {
  readonly words: Words;
  readonly figures: Figures;
  /** Epoch milliseconds to a day with its time. */
  readonly time: (at: number) => string;
  /** Epoch milliseconds to a day. */
  readonly date: (at: number) => string;
}
