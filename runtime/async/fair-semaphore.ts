/** Lets several do something at the same time, so that nobody waits for what one of them alone asks. */
export interface FairSemaphore {
  /**
   * Waits for a turn: of those who wait, whoever has the fewest under way is next, and nobody has more than half of all.
   *
   * @returns ends the turn; undefined where the signal came first
   */
  take(who: string, signal: AbortSignal): Promise<(() => void) | undefined>;
}

interface Waiting {
  readonly who: string;
  begin(end: () => void): void;
}

/** @param atOnce how many turns there are at the same time */
export function createFairSemaphore(atOnce: number): FairSemaphore {
  const mostOfOne = Math.ceil(atOnce / 2);
  const underWay = new Map<string, number>();
  const waiting = new Set<Waiting>();
  let all = 0;

  const countOf = ({ who }: Waiting): number => underWay.get(who) ?? 0;

  function next(): Waiting | undefined {
    let best: Waiting | undefined;
    for (const each of waiting) {
      if (countOf(each) < (best === undefined ? mostOfOne : countOf(best))) best = each;
    }
    return best;
  }

  function begin(): void {
    while (all < atOnce) {
      const chosen = next();
      if (chosen === undefined) return;
      const { who } = chosen;
      waiting.delete(chosen);
      all += 1;
      underWay.set(who, countOf(chosen) + 1);
      chosen.begin(() => {
        all -= 1;
        const left = countOf(chosen) - 1;
        if (left > 0) underWay.set(who, left);
        else underWay.delete(who);
        begin();
      });
    }
  }

  return {
    take: (who, signal) =>
      new Promise((resolve) => {
        const leave = (): void => {
          waiting.delete(waiter);
          resolve(undefined);
        };
        const waiter: Waiting = {
          who,
          begin(end) {
            signal.removeEventListener('abort', leave);
            resolve(end);
          },
        };
        if (signal.aborted) {
          resolve(undefined);
          return;
        }
        signal.addEventListener('abort', leave, { once: true });
        waiting.add(waiter);
        begin();
      }),
  };
}
