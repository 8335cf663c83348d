import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Command } from 'commander';
import { isLoopback, parseListenPort } from '../../core/addresses.ts';
import { ArgumentError, type Language, translateTo, UserFacingError } from '../../core/language.ts';
import { describeProblem } from '../../core/settings.ts';
import { DASHBOARD_UIDS } from '../../grafana/links.ts';
import { errorCode } from '../../runtime/error-code.ts';
import { readSettingsText } from '../../runtime/settings-file.ts';
import { COMMANDS } from '../../runtime/texts.ts';
import { dashboardFiles } from '../files.ts';
import { type RenderSettings, readRenderSettings } from '../settings.ts';
import { TEXTS } from '../texts.ts';
import { openGrafana } from './grafana-api.ts';
import type { DashboardText } from './provisioning.ts';
import { syncUsers } from './sync.ts';

interface Options {
  readonly config: string;
  readonly grafana: string;
  readonly admin: string;
  readonly passwordFile?: string;
  readonly readerUrl?: string;
  readonly json: boolean;
}

/**
 * `flowcollect users sync`.
 *
 * @param secret the password of Grafana's administrator, where no file holds it
 * @param called FlowCollect as it was called
 */
export function usersCommand(secret: string | undefined, called: string, language: Language): Command {
  const translate = translateTo(language);
  const users = new Command('users').description(translate(COMMANDS.users));
  users
    .command('sync')
    .description(translate(TEXTS.sync))
    .option('-c, --config <file>', translate(TEXTS.config), 'ServerSetting.ini')
    .option('--grafana <address>', translate(TEXTS.grafana), 'http://127.0.0.1:3000')
    .option('--admin <login>', translate(TEXTS.admin), 'admin')
    .option('--password-file <file>', translate(TEXTS.passwordFile))
    .option('--reader-url <address>', translate(TEXTS.readerUrl))
    .option('--json', translate(TEXTS.json), false)
    .action((options: Options) => sync(options, secret, called, language));
  return users;
}

async function sync(
  { config, grafana, admin, passwordFile, readerUrl, json }: Options,
  secret: string | undefined,
  called: string,
  language: Language,
) {
  const translate = translateTo(language);
  const { settings, notices } = readRenderSettings(config, await readSettingsText(config));
  for (const notice of notices) process.stderr.write(`${describeProblem(config, notice, language)}\n`);
  for (const [option, address] of [
    ['--grafana', grafana],
    ['--reader-url', readerUrl],
  ] as const) {
    // The address is not repeated: it may hold a password.
    if (address !== undefined && !isAddress(address)) throw new ArgumentError(TEXTS.badAddress(option));
  }
  const queryProxy = readerUrl ?? queryProxyOf(settings);
  const password = await passwordOf(passwordFile, secret);
  const changes: { user: string; change: string }[] = [];
  const api = await openGrafana({ address: grafana, login: admin, password });
  if (api.isOpen) process.stderr.write(`${translate(TEXTS.anonymous(grafana))}\n`);
  const leftOut = await syncUsers({
    grafana: api,
    language: settings.server.Language,
    config,
    called,
    queryProxy: queryProxy.replace(/\/+$/, ''),
    dashboards: readerDashboards(settings),
    changed(user, what) {
      const change = translate(what);
      changes.push({ user, change });
      if (!json) process.stdout.write(`${user}\t${change}\n`);
    },
    warn: (user, what) => process.stderr.write(`${user}: ${translate(what)}\n`),
  });
  if (json) process.stdout.write(`${JSON.stringify(changes, undefined, 2)}\n`);
  if (changes.length === 0) process.stderr.write(`${translate(TEXTS.nothingToChange)}\n`);
  if (leftOut > 0) throw new UserFacingError(TEXTS.leftOut(leftOut));
}

function isAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && username === '' && password === '';
}

/** What users see: all but the owner's. */
function readerDashboards(settings: RenderSettings): readonly DashboardText[] {
  return dashboardFiles(settings)
    .map(({ name, content }) => ({ uid: basename(name, '.json'), content }))
    .filter(({ uid }) => uid !== DASHBOARD_UIDS.admin);
}

/** The query proxy as Grafana reaches it: by the name of docker-compose.yml among containers, else on this machine. */
function queryProxyOf({ server }: RenderSettings): string {
  if (server.LabelProxyAddr === undefined) {
    throw new ArgumentError(TEXTS.noLabelProxy);
  }
  const port = parseListenPort(server.ReadersListen, '')?.port;
  if (port === undefined) throw new ArgumentError(TEXTS.badReadersListen);
  const contained = !isLoopback(new URL(server.PushgatewayAddr).hostname);
  return `http://${contained ? 'gateway' : '127.0.0.1'}:${port}`;
}

async function passwordOf(file: string | undefined, secret: string | undefined): Promise<string> {
  if (file === undefined) {
    if (secret !== undefined && secret !== '') return secret;
    throw new ArgumentError(TEXTS.noPassword);
  }
  try {
    return (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
  } catch (error) {
    throw new ArgumentError(TEXTS.unreadablePassword(file, errorCode(error)));
  }
}
