import { z } from 'zod';

/** What a device needs to push: all that a pairing code carries. The token is a secret, and so is the code. */
export interface Pairing {
  /** The gateway's address. */
  readonly server: string;
  readonly token: string;
  readonly deviceId?: string | undefined;
}

const PREFIX = 'FC1-';
const Content = z.tuple([z.string().regex(/^https?:\/\//), z.string().min(1), z.string().optional()]);

/** One word that can be pasted into a console. */
export function pairingCode({ server, token, deviceId }: Pairing): string {
  const content = deviceId === undefined ? [server, token] : [server, token, deviceId];
  return `${PREFIX}${Buffer.from(JSON.stringify(content)).toString('base64url')}`;
}

/** @returns undefined when it is not a whole pairing code */
export function readPairingCode(code: string): Pairing | undefined {
  const encoded = code.trim().startsWith(PREFIX) ? code.trim().slice(PREFIX.length) : '';
  try {
    const [server, token, deviceId] = Content.parse(JSON.parse(Buffer.from(encoded, 'base64url').toString()));
    return { server, token, deviceId };
  } catch {
    return undefined;
  }
}
