/** Something of which there is only so much, and which users keep for as long as they like. */
export interface Shared {
  /** Of all users together. */
  readonly total: number;
  /** What each has of it by now. */
  readonly used: ReadonlyMap<string, number>;
  /** Who may come for it at any time. */
  readonly users: ReadonlySet<string>;
}

/**
 * How much more a user may take. Half of the whole is set aside, in equal parts for the users that there are; the rest
 * is for who comes first. So whatever one of them takes, each of the others still gets their part.
 *
 * @returns none, or less, where nothing is left for this user
 */
export function roomFor(user: string, { total, used, users }: Shared): number {
  const part = total / 2 / Math.max(1, users.size);
  let room = total - (used.get(user) ?? 0);
  for (const other of new Set([...users, ...used.keys()])) {
    if (other !== user) room -= Math.max(used.get(other) ?? 0, users.has(other) ? part : 0);
  }
  return Math.floor(room);
}
