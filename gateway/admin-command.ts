import { basename } from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';
import { ArgumentError } from '../runtime/command-line.ts';
import { errorCode } from '../runtime/error-code.ts';
import { readSettingsText } from '../runtime/settings-file.ts';
import { ADMIN_PATHS, type AdminAct } from './administration.ts';
import { type GatewayConfig, readGatewayConfig } from './config.ts';
import { DEFAULT_USER } from './token-sections.ts';

/** The gateway did not do it; the message says why. */
export class AdminError extends Error {
  override readonly name = 'AdminError';
}

const Refused = z.object({ message: z.string() });

/**
 * `gateway rebase DEVICE` and `gateway retire DEVICE`, done by the gateway that runs on this machine.
 *
 * @param secret the admin token, where the settings file holds only its hash
 * @param print says what was done
 */
export function adminCommands(secret: string | undefined, print: (line: string) => void): readonly Command[] {
  const command = (act: AdminAct, description: string, done: string): Command =>
    new Command(act)
      .description(description)
      .argument('<device>', 'the DeviceID')
      .option('--user <name>', 'whose device; by default the user of its [device.ID] section')
      .option('--config <file>', 'the settings file', 'ServerSetting.ini')
      .action(async (device: string, { user, config }: { user?: string; config: string }) => {
        const { settings } = readGatewayConfig(basename(config), await readSettingsText(config));
        await ask(act, { user: user ?? userOf(device, settings), device }, settings, secret);
        print(done);
      });
  return [
    command(
      'rebase',
      'let the counters of a device fall, once: its next push is a reset',
      '已重置：该设备的下一次推送将作为新的起点 / Rebased: the next push of this device is a new beginning.',
    ),
    command(
      'retire',
      'let go of a device that is gone, after its totals are in Prometheus',
      '已退役：总量保存在 Prometheus 中 / Retired: its totals are kept by Prometheus.',
    ),
  ];
}

function userOf(device: string, { sections }: GatewayConfig): string {
  return sections.find(({ deviceId }) => deviceId === device)?.user ?? DEFAULT_USER;
}

/** @throws ArgumentError without a token, AdminError when the gateway does not do it */
async function ask(
  act: AdminAct,
  query: Readonly<Record<string, string>>,
  { admin, metrics }: GatewayConfig,
  secret: string | undefined,
): Promise<void> {
  const token = secret ?? admin?.plain;
  if (token === undefined) {
    throw new ArgumentError(
      'set [server] AdminToken; where the file holds its hash, give the token as FLOWCOLLECT_ADMIN_TOKEN',
    );
  }
  const origin = `http://${ownAddress(metrics.host)}:${metrics.port}`;
  let response: Response;
  try {
    response = await fetch(`${origin}${ADMIN_PATHS[act]}?${new URLSearchParams(query)}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    });
  } catch (error) {
    throw new AdminError(`the gateway does not answer at ${origin} (${errorCode(error)}); start it on this machine`);
  }
  if (response.ok) return;
  const refused = Refused.safeParse(await response.json().catch(() => undefined));
  throw new AdminError(refused.success ? refused.data.message : `the gateway answered ${response.status}`);
}

/** Where a listener is reached from its own machine. */
function ownAddress(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
