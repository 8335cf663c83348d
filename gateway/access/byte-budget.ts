/** Bytes that bodies may take in memory at one time. */
export interface ByteBudget {
  /** Takes bytes if they are left; whether it did. */
  take(bytes: number): boolean;
  give(bytes: number): void;
  left(): number;
}

export function createByteBudget(total: number): ByteBudget {
  let left = total;
  return {
    take(bytes) {
      if (bytes > left) return false;
      left -= bytes;
      return true;
    },
    give(bytes) {
      left += bytes;
    },
    left: () => left,
  };
}

/**
 * One budget for the bodies of all users, of which each user has a part, so that whoever sends much and ends nothing
 * leaves something for the others.
 *
 * @param total bytes of all together
 * @param most bytes of one user
 * @returns the budget of a user, the same whenever it is asked for
 */
export function createUserBudgets(total: number, most: number): (user: string) => ByteBudget {
  const all = createByteBudget(total);
  const taken = new Map<string, number>();
  return (user) => {
    const ofUser = (): number => taken.get(user) ?? 0;
    return {
      take(bytes) {
        if (ofUser() + bytes > most || !all.take(bytes)) return false;
        taken.set(user, ofUser() + bytes);
        return true;
      },
      give(bytes) {
        all.give(bytes);
        taken.set(user, ofUser() - bytes);
        if (ofUser() === 0) taken.delete(user);
      },
      left: () => Math.min(most - ofUser(), all.left()),
    };
  };
}
