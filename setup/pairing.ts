import { Command } from 'commander';
import { deviceIdProblem } from '../core/device-id.ts';
import { ArgumentError, type Translate } from '../core/language.ts';
import { COMMANDS } from '../runtime/texts.ts';
import { isGatewayAddress, pairingCode } from './pairing-code.ts';
import { TEXTS } from './texts.ts';

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
