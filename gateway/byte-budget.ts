/** Bytes that bodies may take in memory at one time, over all requests. */
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
