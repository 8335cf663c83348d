/**
 * - `ok`: the bill fits what the devices used.
 * - `leak`: the airport billed clearly more.
 * - `drift`: a small excess that stays over many days.
 * - `underbilled`: the airport billed clearly less.
 * - `incomplete`: more than reported, but a silent or new device can explain it.
 * - `unknown`: a figure is missing.
 */
export const VERDICT_KINDS = ['ok', 'leak', 'drift', 'underbilled', 'incomplete', 'unknown'] as const;
export type VerdictKind = (typeof VERDICT_KINDS)[number];

const BY_WEIGHT: readonly VerdictKind[] = ['leak', 'incomplete', 'drift', 'underbilled', 'unknown', 'ok'];

/** The verdict that a report of several airports begins with: what needs attention most. */
export function gravest(kinds: readonly VerdictKind[]): VerdictKind {
  return BY_WEIGHT.find((kind) => kinds.includes(kind)) ?? 'unknown';
}
