import type { Catalog, Frame, Totals } from '../ledger/frame.ts';
import type { CatalogSource } from './catalog-source.ts';

/** Hands frames on in order, each with a catalog that knows its nodes, and the totals that come between them. */
export interface FrameQueue {
  accept(message: Frame | Totals): void;
  /** Hands on what is held back, with the catalog as it stands; later frames pass without waiting. */
  flush(): void;
}

/**
 * A frame that names an unknown node waits until the catalog was asked once, since counters only rise: a byte booked
 * under the wrong class or provider stays there. A waiting frame is only a later one; nothing is lost by it. What totals
 * tell depends on the frame before them, so that they wait behind it.
 */
export function createFrameQueue(
  catalog: CatalogSource,
  signal: AbortSignal,
  handFrame: (frame: Frame, catalog: Catalog) => void,
  handTotals: (totals: Totals) => void,
): FrameQueue {
  const waiting: (Frame | Totals)[] = [];
  let refreshing = false;
  let flushed = false;

  const refresh = (): void => {
    refreshing = true;
    void catalog.refresh(signal).finally(() => {
      refreshing = false;
      drain();
    });
  };

  const hand = (message: Frame | Totals): void => {
    if (isFrame(message)) handFrame(message, catalog.current());
    else handTotals(message);
  };
  const handAll = (): void => {
    for (let message = waiting.shift(); message !== undefined; message = waiting.shift()) hand(message);
  };

  function drain(): void {
    while (!refreshing && !flushed) {
      const message = waiting[0];
      if (message === undefined) return;
      if (isFrame(message) && catalog.wantsRefresh(message)) {
        refresh();
        return;
      }
      waiting.shift();
      hand(message);
      if (isFrame(message) && catalog.isOld() && !signal.aborted) refresh();
    }
  }

  return {
    accept(message) {
      waiting.push(message);
      if (flushed) handAll();
      else drain();
    },
    flush() {
      flushed = true;
      handAll();
    },
  };
}

const isFrame = (message: Frame | Totals): message is Frame => 'connections' in message;
