import * as z from 'zod/mini';
import { deviceIdProblem } from '../core/device-id.ts';
import { LANGUAGES, type Language } from '../core/language.ts';

/** What a device needs to push: all that a pairing code carries. The token is a secret, and so is the code. */
export interface Pairing {
  /** The gateway's address. */
  readonly server: string;
  readonly token: string;
  readonly deviceId?: string | undefined;
  /** Of the VPS; the device speaks it where it has no settings yet. */
  readonly language?: Language | undefined;
}

const PREFIX = 'FC1-';

/** Whether a text is the address of a gateway: scheme, host and port alone, in characters that an address may have. */
export function isGatewayAddress(text: string): boolean {
  return /^https?:\/\/[^/?#@\\\s\p{Cc}]+\/?$/u.test(text) && URL.canParse(text);
}

/** A code comes from elsewhere and its parts become settings: each is held to what its setting may be. */
const Content = z.tuple([
  z.string().check(z.refine(isGatewayAddress)),
  z.string().check(z.regex(/^[\x21-\x7e\x80-\xff]+$/)),
  z.nullish(z.string().check(z.refine((id) => deviceIdProblem(id) === undefined))),
  z.optional(z.enum(LANGUAGES)),
]);

/** One word that can be pasted into a console. */
export function pairingCode({ server, token, deviceId, language }: Pairing): string {
  const content = [server, token, deviceId ?? null, ...(language === undefined ? [] : [language])];
  return `${PREFIX}${Buffer.from(JSON.stringify(content)).toString('base64url')}`;
}

/** @returns undefined when it is not a whole pairing code, or one whose parts cannot be what they stand for */
export function readPairingCode(code: string): Pairing | undefined {
  const encoded = code.trim().startsWith(PREFIX) ? code.trim().slice(PREFIX.length) : '';
  try {
    const [server, token, deviceId, language] = Content.parse(JSON.parse(Buffer.from(encoded, 'base64url').toString()));
    return { server, token, deviceId: deviceId ?? undefined, language };
  } catch {
    return undefined;
  }
}
