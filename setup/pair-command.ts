import { Command } from 'commander';
import { deviceIdProblem } from '../core/device-id.ts';
import { ArgumentError } from '../runtime/command-line.ts';
import { pairingCode } from './pairing.ts';

export interface PairContext {
  /** Makes a token for a device, as `flowcollect gateway token add` does. @throws Error with what it said */
  readonly makeToken: (owner: { config: string; device: string; user: string | undefined }) => Promise<string>;
  readonly print: (line: string) => void;
  /** For people; not part of what is copied. */
  readonly explain: (line: string) => void;
}

/** `flowcollect pair`: a token of its own for a device, as one line to run there. */
export function pairCommand({ makeToken, print, explain }: PairContext): Command {
  return new Command('pair')
    .description('on the VPS: make a token for a device and print the line to run there')
    .requiredOption('--server <address>', 'the gateway as the device reaches it, such as https://vps.example.com')
    .requiredOption('--device <name>', 'the DeviceID')
    .option('--user <name>', 'whose device it is')
    .option('--config <file>', 'the settings file of the VPS', 'ServerSetting.ini')
    .action(async (options: { server: string; device: string; user?: string; config: string }) => {
      const { server, device, user, config } = options;
      if (!/^https?:\/\/[^/\s]+\/?$/.test(server))
        throw new ArgumentError('--server must be an address such as https://vps.example.com');
      const problem = deviceIdProblem(device);
      if (problem !== undefined) throw new ArgumentError(`--device ${problem}`);
      const token = await makeToken({ config, device, user });
      explain(
        '在设备上运行下面这一行；它含有令牌，不要公开。/ Run this line on the device; it holds the token: keep it secret.',
      );
      print(`flowcollect init device --code ${pairingCode({ server, token, deviceId: device })}`);
    });
}
