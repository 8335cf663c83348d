import type { UsableReading } from '../verdict/reading.ts';

const DAY_SECONDS = 24 * 3600;

/** What changed of a plan between two readings: bytes more or fewer of quota, or the day to which it was renewed, in Unix seconds. */
export type PlanChange =
  | { readonly kind: 'added' | 'reduced'; readonly bytes: number }
  | { readonly kind: 'renewed'; readonly until: number };

/**
 * A jump of the total is an add-on, or another plan; a jump of the expiry is a renewal. What only one of the readings
 * knows has not changed.
 */
export function planChanges(
  before: Pick<UsableReading, 'quota' | 'expiry'>,
  after: Pick<UsableReading, 'quota' | 'expiry'>,
): PlanChange[] {
  const changes: PlanChange[] = [];
  if (before.quota !== null && after.quota !== null && before.quota !== after.quota) {
    const bytes = after.quota - before.quota;
    changes.push({ kind: bytes > 0 ? 'added' : 'reduced', bytes: Math.abs(bytes) });
  }
  // Some panels write the end of the running day: a day more is no renewal.
  if (before.expiry !== null && after.expiry !== null && after.expiry - before.expiry > DAY_SECONDS) {
    changes.push({ kind: 'renewed', until: after.expiry });
  }
  return changes;
}
