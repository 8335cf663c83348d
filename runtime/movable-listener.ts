import { type Text, UserFacingError } from '../core/language.ts';
import { TEXTS } from './texts.ts';

/** A host and port to listen on, and the setting that moves it, named when the port is taken. */
export interface ListenAddress {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Such as `[server] ListenPort in ServerSetting.ini`. */
  readonly setting: string;
}

/** One that listens. */
export interface OpenListener {
  readonly port: number;
  /** Such as `http://127.0.0.1:9100`. */
  readonly origin: string;
  close(): Promise<void>;
}

/** The port cannot be listened on; the message names the setting that moves it. */
export class ListenError extends UserFacingError {
  override readonly name = 'ListenError';
}

/** A listener at the address of the settings, which an edit moves. */
export interface MovableListener<A> {
  /** Where it listens; undefined while it does not. */
  origin(): string | undefined;
  /**
   * Listens there, unless it does already. Where it cannot, it stays where it was.
   *
   * @throws ListenError
   */
  move(address: A): Promise<void>;
  close(): Promise<void>;
}

export function createMovableListener<A extends { readonly host: string; readonly port: number }>(
  open: (address: A) => Promise<OpenListener>,
): MovableListener<A> {
  let running: { readonly address: A; readonly listener: OpenListener } | undefined;
  const openAt = async (address: A) => ({ address, listener: await open(address) });
  return {
    origin: () => running?.listener.origin,
    async move(address) {
      const old = running;
      if (old?.address.host === address.host && old.address.port === address.port) return;
      if (old?.listener.port !== address.port) {
        running = await openAt(address);
        await old?.listener.close();
        return;
      }
      // Both are at one port, such as on all addresses instead of on loopback: they exclude each other.
      running = undefined;
      await old.listener.close();
      try {
        running = await openAt(address);
      } catch (error) {
        running = await openAt(old.address);
        throw error;
      }
    },
    close: async () => running?.listener.close(),
  };
}

/** Why a place cannot be listened on, and which setting or option moves it. */
export function unusable(
  place: string,
  { code, message }: { readonly code?: string | undefined; readonly message: string },
  setting: string,
): Text {
  if (code === 'EADDRINUSE') return TEXTS.cannotListen(place, TEXTS.portTaken, setting);
  if (code === 'EACCES') return TEXTS.cannotListen(place, TEXTS.portForbidden, setting);
  return TEXTS.cannotListen(place, TEXTS.portUnusable(code ?? message), setting);
}
