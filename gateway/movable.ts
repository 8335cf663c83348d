import { isDeepStrictEqual } from 'node:util';

type OnStop = (stop: () => Promise<unknown>) => void;

/** Something that is open by its settings, and closed and opened again where these change. */
export interface Movable<P, T> {
  isAt(places: P): boolean;
  /** Opens it where it is not open. */
  open(places: P): Promise<T>;
  /** @throws where it is not open */
  running(): T;
  close(): Promise<void>;
}

/** @param opening tells `onStop` what closes it, in the reverse order, also where it throws */
export function createMovable<P, T>(opening: (places: P, onStop: OnStop) => Promise<T>): Movable<P, T> {
  let open: { readonly places: P; readonly opened: T } | undefined;
  const stops: Parameters<OnStop>[0][] = [];
  async function close(): Promise<void> {
    open = undefined;
    for (const stop of stops.splice(0).reverse()) await stop();
  }
  return {
    isAt: (places) => open !== undefined && isDeepStrictEqual(open.places, places),
    async open(places) {
      try {
        open ??= { places, opened: await opening(places, (stop) => stops.push(stop)) };
        return open.opened;
      } catch (error) {
        await close();
        throw error;
      }
    },
    running() {
      if (open === undefined) throw new Error('it is not open');
      return open.opened;
    },
    close,
  };
}
