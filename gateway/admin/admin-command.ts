import { Command } from 'commander';
import { z } from 'zod';
import { reachableAt } from '../../core/addresses.ts';
import { parseJson } from '../../core/json.ts';
import { ArgumentError, type Text, UserFacingError } from '../../core/language.ts';
import { errorCode } from '../../runtime/error-code.ts';
import { headerOfText, requestHttp } from '../../runtime/http.ts';
import type { CommandOutput } from '../access/commands.ts';
import { COMMAND_TEXTS } from '../access/texts.ts';
import { DEFAULT_USER } from '../access/token-sections.ts';
import type { GatewayConfig } from '../config.ts';
import type { ProblemCode } from '../http/problem.ts';
import { ADMIN_PATHS, type AdminAct } from './admin-handler.ts';
import { PROBLEM_TEXTS, TEXTS } from './texts.ts';

/** The gateway did not do it; the message says why. */
class AdminError extends UserFacingError {
  override readonly name = 'AdminError';
}

/** The gateway asks Prometheus, which may take its time over a device with many series. */
const TIMEOUT_MS = 150_000;

const Refused = z.object({ error: z.string(), message: z.string() });

/**
 * `gateway rebase DEVICE` and `gateway retire DEVICE`, done by the gateway that runs on this machine.
 *
 * @param readConfig reads the settings file and that of the tokens
 * @param secret the admin token, where the settings file holds only its hash
 */
export function adminCommands(
  readConfig: (path: string) => Promise<GatewayConfig>,
  secret: string | undefined,
  { print, translate }: Pick<CommandOutput, 'print' | 'translate'>,
): readonly Command[] {
  const command = (act: AdminAct, description: Text, done: Text): Command =>
    new Command(act)
      .description(translate(description))
      .argument('<device>', translate(COMMAND_TEXTS.device))
      .option('--user <name>', translate(TEXTS.deviceUser))
      .option('-c, --config <file>', translate(COMMAND_TEXTS.config), 'ServerSetting.ini')
      .action(async (device: string, { user, config }: { user?: string; config: string }) => {
        const settings = await readConfig(config);
        await ask(act, { user: user ?? userOf(device, settings), device }, settings, secret);
        print(translate(done));
      });
  return [command('rebase', TEXTS.rebase, TEXTS.rebased), command('retire', TEXTS.retire, TEXTS.retired)];
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
    throw new ArgumentError(TEXTS.needsAdminToken);
  }
  const origin = `http://${reachableAt(metrics)}`;
  const { status, text } = await requestHttp(`${origin}${ADMIN_PATHS[act]}?${new URLSearchParams(query)}`, {
    method: 'POST',
    headers: { authorization: headerOfText(`Bearer ${token}`) },
    timeout: TIMEOUT_MS,
  }).catch((error: unknown) => {
    throw new AdminError(TEXTS.noGateway(origin, errorCode(error)));
  });
  if (status === 200) return;
  const refused = Refused.safeParse(parseJson(text));
  if (!refused.success) throw new AdminError(TEXTS.oddAnswer(status));
  const { error, message } = refused.data;
  throw new AdminError({ zh: PROBLEM_TEXTS[error as ProblemCode] ?? message, en: message });
}
