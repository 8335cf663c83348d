import type { Catalog, Frame } from '../ledger/frame.ts';
import type { CatalogSource } from './catalog-source.ts';

/** Hands frames on in order, each with a catalog that knows its nodes. */
export interface FrameIntake {
  accept(frame: Frame): void;
  /** Hands on what is held back, with the catalog as it stands; later frames pass without waiting. */
  flush(): void;
}

/**
 * A frame that names an unknown node waits until the catalog was asked once, since counters only rise: a byte booked
 * under the wrong class or provider stays there. A waiting frame is only a later one; nothing is lost by it.
 */
export function createFrameIntake(
  catalog: CatalogSource,
  signal: AbortSignal,
  hand: (frame: Frame, catalog: Catalog) => void,
): FrameIntake {
  const waiting: Frame[] = [];
  let refreshing = false;
  let flushed = false;

  const refresh = (): void => {
    refreshing = true;
    void catalog.refresh(signal).finally(() => {
      refreshing = false;
      drain();
    });
  };

  const handAll = (): void => {
    for (let frame = waiting.shift(); frame !== undefined; frame = waiting.shift()) hand(frame, catalog.current());
  };

  function drain(): void {
    while (!refreshing && !flushed) {
      const frame = waiting[0];
      if (frame === undefined) return;
      if (catalog.wantsRefresh(frame)) {
        refresh();
        return;
      }
      waiting.shift();
      hand(frame, catalog.current());
      if (catalog.isOld() && !signal.aborted) refresh();
    }
  }

  return {
    accept(frame) {
      waiting.push(frame);
      if (flushed) handAll();
      else drain();
    },
    flush() {
      flushed = true;
      handAll();
    },
  };
}
