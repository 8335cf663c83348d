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
