import { Command } from 'commander';
import { z } from 'zod';
import { deviceIdProblem } from '../core/device-id.ts';
import { ArgumentError, type Translate } from '../core/language.ts';
import { COMMANDS } from '../runtime/texts.ts';
import { TEXTS } from './texts.ts';

/** What a device needs to push: all that a pairing code carries. The token is a secret, and so is the code. */
export interface Pairing {
  /** The gateway's address. */
  readonly server: string;
  readonly token: string;
  readonly deviceId?: string | undefined;
}

const PREFIX = 'FC1-';

/** Whether a text is the address of a gateway: scheme, host and port alone, in characters that an address may have. */
export function isGatewayAddress(text: string): boolean {
  return /^https?:\/\/[^/?#@\\\s\p{Cc}]+\/?$/u.test(text) && URL.canParse(text);
}

/** A code comes from elsewhere and its parts become settings: each is held to what its setting may be. */
const Content = z.tuple([
  z.string().refine(isGatewayAddress),
  z.string().regex(/^[\x21-\x7e\x80-\xff]+$/),
  z
    .string()
    .refine((id) => deviceIdProblem(id) === undefined)
    .optional(),
]);

/** One word that can be pasted into a console. */
export function pairingCode({ server, token, deviceId }: Pairing): string {
  const content = deviceId === undefined ? [server, token] : [server, token, deviceId];
  return `${PREFIX}${Buffer.from(JSON.stringify(content)).toString('base64url')}`;
}

/** @returns undefined when it is not a whole pairing code, or one whose parts cannot be what they stand for */
export function readPairingCode(code: string): Pairing | undefined {
  const encoded = code.trim().startsWith(PREFIX) ? code.trim().slice(PREFIX.length) : '';
  try {
    const [server, token, deviceId] = Content.parse(JSON.parse(Buffer.from(encoded, 'base64url').toString()));
    return { server, token, deviceId };
  } catch {
    return undefined;
  }
}

export interface PairContext {
  /** Makes a token for a device, as `flowcollect gateway token add` does. @throws Error with what it said */
  readonly makeToken: (owner: { config: string; device: string; user: string | undefined }) => Promise<string>;
  readonly print: (line: string) => void;
  /** For people; not part of what is copied. */
  readonly explain: (line: string) => void;
  readonly translate: Translate;
}

/** `flowcollect pair`: a token of its own for a device, as one line to run there. */
export function pairCommand({ makeToken, print, explain, translate }: PairContext): Command {
  return new Command('pair')
    .description(translate(COMMANDS.pair))
    .requiredOption('--server <address>', translate(TEXTS.pairServer))
    .requiredOption('--device <name>', translate(TEXTS.pairDevice))
    .option('--user <name>', translate(TEXTS.pairUser))
    .option('--config <file>', translate(TEXTS.serverConfig), 'ServerSetting.ini')
    .action(async (options: { server: string; device: string; user?: string; config: string }) => {
      const { server, device, user, config } = options;
      if (!isGatewayAddress(server)) throw new ArgumentError(TEXTS.badServer);
      const problem = deviceIdProblem(device);
      if (problem !== undefined) throw new ArgumentError(TEXTS.badDevice(problem));
      const token = await makeToken({ config, device, user });
      explain(translate(TEXTS.runOnDevice));
      print(`flowcollect init device --code ${pairingCode({ server, token, deviceId: device })}`);
    });
}
