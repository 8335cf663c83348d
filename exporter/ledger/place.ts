import type { NodeCell } from './book.ts';
import type { FamilySlots } from './family.ts';

/** Where the bytes of one attribution are booked: kept with an open connection, so that no frame looks it up again. */
export interface Place {
  readonly cell: NodeCell;
  readonly slots: FamilySlots;
}
