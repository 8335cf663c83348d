/** Something that is open by its settings, and closed and opened again where these change. */
interface Movable<P, T> {
  isAt(places: P): boolean;
  /** Opens it where it is not open. @throws what opening it throws, and it is closed */
  open(places: P): Promise<T>;
  /** Closes what is elsewhere and opens it there. @throws what opening it throws, and it is closed: a reload goes back */
  move(places: P): Promise<void>;
  /** Undefined where it is not open. */
  running(): T | undefined;
  close(): Promise<void>;
}

/** Takes what closes a part of what is opened. */
type OnClose = (close: () => Promise<unknown>) => void;

/**
 * Closes before it opens: two addresses may exclude each other.
 *
 * @param opening tells `onClose` what closes it, in the reverse order, also where it throws
 */
export function createMovable<P, T>(opening: (places: P, onClose: OnClose) => Promise<T>): Movable<P, T> {
  let running: { readonly places: P; readonly opened: T } | undefined;
  const closing: Parameters<OnClose>[0][] = [];
  const isAt = (places: P): boolean =>
    running !== undefined && JSON.stringify(running.places) === JSON.stringify(places);
  async function close(): Promise<void> {
    running = undefined;
    for (const each of closing.splice(0).reverse()) await each();
  }
  async function open(places: P): Promise<T> {
    try {
      running ??= { places, opened: await opening(places, (each) => closing.push(each)) };
      return running.opened;
    } catch (error) {
      await close();
      throw error;
    }
  }
  return {
    isAt,
    open,
    async move(places) {
      if (isAt(places)) return;
      await close();
      await open(places);
    },
    running: () => running?.opened,
    close,
  };
}
