import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { describeProblem } from '../../core/settings.ts';
import { BOARD_UIDS } from '../../grafana/links.ts';
import { ArgumentError } from '../../runtime/command-line.ts';
import { errorCode } from '../../runtime/error-code.ts';
import { parseListenPort } from '../../runtime/http-listener.ts';
import { readSettingsText } from '../../runtime/settings-file.ts';
import { dashboardFiles } from '../files.ts';
import { LOOPBACK, type RenderSettings, readRenderSettings } from '../settings.ts';
import type { BoardText } from './boards.ts';
import { openGrafana } from './grafana-api.ts';
import { syncUsers } from './sync.ts';

interface Options {
  readonly config: string;
  readonly grafana: string;
  readonly admin: string;
  readonly passwordFile?: string;
  readonly readerUrl?: string;
}

/**
 * `flowcollect users sync`.
 *
 * @param secret the password of Grafana's administrator, where no file holds it
 */
export function usersCommand(secret: string | undefined): Command {
  const users = new Command('users').description('the users of Grafana, each with what is their own');
  users
    .command('sync')
    .description('make organisations, viewers, data sources and dashboards in Grafana for each [user.NAME]')
    .option('--config <file>', 'the settings file', 'ServerSetting.ini')
    .option('--grafana <address>', 'where Grafana answers', 'http://127.0.0.1:3000')
    .option('--admin <login>', 'the account that administers Grafana', 'admin')
    .option('--password-file <file>', 'holds its password; else FLOWCOLLECT_GRAFANA_PASSWORD does')
    .option('--reader-url <address>', 'where Grafana finds ReadersListen; by default as the settings say')
    .action((options: Options) => sync(options, secret));
  return users;
}

async function sync({ config, grafana, admin, passwordFile, readerUrl }: Options, secret: string | undefined) {
  const { settings, notices } = readRenderSettings(config, await readSettingsText(config));
  for (const notice of notices) process.stderr.write(`${describeProblem(config, notice)}\n`);
  for (const [option, address] of [
    ['--grafana', grafana],
    ['--reader-url', readerUrl],
  ] as const) {
    // The address is not repeated: it may hold a password.
    if (address !== undefined && !isAddress(address))
      throw new ArgumentError(`${option} must be an address such as http://127.0.0.1:3000, without a user in it`);
  }
  const door = readerUrl ?? doorOf(settings);
  const password = await passwordOf(passwordFile, secret);
  let changes = 0;
  const leftOut = await syncUsers({
    grafana: await openGrafana({ address: grafana, login: admin, password }),
    config,
    door: door.replace(/\/+$/, ''),
    boards: readerBoards(settings),
    changed(user, what) {
      changes++;
      process.stdout.write(`${user}\t${what}\n`);
    },
    warn: (user, what) => process.stderr.write(`${user}: ${what}\n`),
  });
  if (changes === 0) process.stderr.write('没有需要改的 / nothing to change\n');
  if (leftOut > 0) throw new Error(`${leftOut} of the users could not be set up; see above`);
}

function isAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && username === '' && password === '';
}

/** What users see: all but the owner's. */
function readerBoards(settings: RenderSettings): readonly BoardText[] {
  const [folder, ending] = [`dashboards/${settings.server.Language}/`, '.json'];
  return dashboardFiles(settings)
    .filter(({ name }) => name.startsWith(folder))
    .map(({ name, content }) => ({ uid: name.slice(folder.length, -ending.length), content }))
    .filter(({ uid }) => uid !== BOARD_UIDS.admin);
}

/** The readers' door as Grafana reaches it: by the name of docker-compose.yml among containers, else on this machine. */
function doorOf({ server }: RenderSettings): string {
  if (server.LabelProxyAddr === undefined) {
    throw new ArgumentError('[server] LabelProxyAddr is not set, so nobody can read; see docs/readers.md');
  }
  const port = parseListenPort(server.ReadersListen, '')?.port;
  if (port === undefined) throw new ArgumentError('[server] ReadersListen must be an address such as 127.0.0.1:9104');
  const contained = !LOOPBACK.includes(new URL(server.PushgatewayAddr).hostname);
  return `http://${contained ? 'gateway' : '127.0.0.1'}:${port}`;
}

async function passwordOf(file: string | undefined, secret: string | undefined): Promise<string> {
  if (file === undefined) {
    if (secret !== undefined && secret !== '') return secret;
    throw new ArgumentError(
      'give the password of Grafana’s administrator by --password-file or FLOWCOLLECT_GRAFANA_PASSWORD',
    );
  }
  try {
    return (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
  } catch (error) {
    throw new ArgumentError(`--password-file ${file} cannot be read (${errorCode(error)})`);
  }
}
