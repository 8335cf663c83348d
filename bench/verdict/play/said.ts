import { type Amendment, type Amendments, amendmentsOf } from '../../../auditor/amend/amendments.ts';
import type { TimedAmendment } from './records.ts';

/** What a person says over time. */
export interface Said {
  /** What had been said by an instant; to be asked in order of time. */
  by(at: number): Amendments;
  add(more: readonly TimedAmendment[]): void;
}

export function saidOver(known: readonly TimedAmendment[]): Said {
  let waiting = [...known].sort((a, b) => a.time - b.time);
  const said: Amendment[] = [];
  let amendments = amendmentsOf(said);
  return {
    by(at) {
      const due = waiting.filter(({ time }) => time <= at);
      if (due.length > 0) {
        waiting = waiting.slice(due.length);
        said.push(...due.map(({ amendment }) => amendment));
        amendments = amendmentsOf([...said]);
      }
      return amendments;
    },
    add(more) {
      if (more.length > 0) waiting = [...waiting, ...more].sort((a, b) => a.time - b.time);
    },
  };
}
