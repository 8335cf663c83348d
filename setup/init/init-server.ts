import { randomBytes } from 'node:crypto';
import { basename, dirname, resolve } from 'node:path';
import type { CommandSpec } from '../../core/command.ts';
import type { Language } from '../../core/language.ts';
import { providerOfAddress, providerOfHost } from '../../core/mail-providers.ts';
import { EXAMPLE_TOKEN, readServerSection, readSmtpSection } from '../../core/server-settings.ts';
import { SettingsReader } from '../../core/settings.ts';
import { makeFolder } from '../../runtime/atomic-file.ts';
import { readSettingsText, tokenFileOf } from '../../runtime/settings-file.ts';
import type { Prompt } from '../console.ts';
import type { SetupHost } from '../host.ts';
import { isGatewayAddress } from '../pairing-code.ts';
import { type InitOptions, initOptions, whileAsking } from './command.ts';
import { openDraft } from './settings-draft.ts';
import { initMessages, TEXTS } from './texts.ts';

export interface InitServer {
  readonly host: SetupHost;
  readonly prompt: Prompt;
  readonly file: string;
}

/** Addresses as containers of docker-compose.yml use them. */
const DOCKER: Readonly<Record<string, string>> = {
  PushgatewayAddr: 'http://pushgateway:9091',
  PrometheusAddr: 'http://prometheus:9090',
  AuditorListen: '0.0.0.0:9102',
  GatewayMetricsListen: '0.0.0.0:9103',
  ReadersListen: '0.0.0.0:9104',
  LabelProxyAddr: 'http://label-proxy:9105',
  DataDir: '/data',
  TrustedProxies: '127.0.0.0/8, ::1, 172.31.86.0/24',
};
/** Tokens go where the gateway that runs reads them: install.sh has copied the settings. */
const PAIR = {
  docker: 'docker compose run --rm gateway pair --config /config/ServerSetting.ini',
  debian: 'sudo flowcollect pair --config /etc/flowcollect/ServerSetting.ini',
} as const;
const TOKEN_BYTES = 24;
/** Stands for an address that nobody gave; the settings do not hold it. */
const EXAMPLE = 'https://vps.example.com';

/**
 * Writes the settings of a VPS and reads them back as the services do.
 *
 * @throws SettingsError for what they would refuse, or Error where nobody answers
 */
export async function initServer({ host, prompt, file }: InitServer): Promise<void> {
  const words = initMessages(prompt.language);
  const draft = await openDraft(host.files, file);
  if (draft.existed) prompt.say(words.kept(file));
  const server = addressOf(await prompt.ask(words.serverAddress, EXAMPLE));
  if (server === undefined) throw new Error(words.badAddress);
  if ([undefined, EXAMPLE_TOKEN].includes(draft.get('server', 'ServerToken'))) {
    draft.set('server', 'ServerToken', randomBytes(TOKEN_BYTES).toString('base64url'));
  }
  if (draft.get('server', 'SubUrls') === undefined) {
    const subscriptions = await prompt.ask(words.subscriptions, '');
    if (subscriptions !== '') draft.set('server', 'SubUrls', subscriptions);
  }
  const account = await prompt.ask(words.mailAccount, draft.get('smtp', 'EmailUser') ?? '');
  if (account !== '') {
    const provider = providerOfAddress(account);
    const written = draft.get('smtp', 'SMTPHost');
    // One that is another known provider's was that of an account before, or the example's.
    const kept = provider !== undefined && providerOfHost(written ?? '') !== provider ? undefined : written;
    const port = kept === undefined ? undefined : draft.get('smtp', 'SMTPPort');
    draft.set('smtp', 'SMTPHost', kept ?? provider?.host ?? `smtp.${account.split('@')[1] ?? ''}`);
    draft.set('smtp', 'SMTPPort', port ?? String(provider?.port ?? 587));
    draft.set('smtp', 'EmailUser', account);
    if (provider !== undefined) prompt.say(words.mailPasswordIs(provider));
    draft.set('smtp', 'EmailPass', await prompt.ask(words.mailPassword, draft.get('smtp', 'EmailPass')));
    draft.set('smtp', 'EmailTo', await prompt.ask(words.mailTo, draft.get('smtp', 'EmailTo') ?? account));
  }
  const docker = /^(y|yes|是)$/i.test(await prompt.ask(words.withDocker, 'y'));
  if (docker) for (const [key, value] of Object.entries(DOCKER)) draft.set('server', key, value);
  // Docker would make the folder that the gateway writes to, and give it to root.
  if (docker && isMounted(file)) await makeFolder(dirname(tokenFileOf(file)));
  draft.set('server', 'Language', draft.get('server', 'Language') ?? prompt.language);
  await draft.write();
  prompt.say(words.written(file));

  const reader = new SettingsReader(file, await readSettingsText(file));
  readSmtpSection(reader);
  reader.finish(readServerSection(reader));
  prompt.say(docker ? words.nextOnDocker(dockerSteps(file, server, words.grafanaPassword)) : words.nextOnServer(file));
  prompt.say(words.pairing(`${docker ? PAIR.docker : PAIR.debian} --server ${server} --device my-phone`));
  if (server === EXAMPLE) prompt.say(words.example);
}

/** @returns undefined for what `pair --server` would refuse; a domain alone is meant with https */
function addressOf(answer: string): string | undefined {
  const address = /^https?:/.test(answer) ? answer : `https://${answer}`;
  return isGatewayAddress(address) ? address : undefined;
}

/** Whether a file is in the folder that docker-compose.yml mounts. */
const isMounted = (file: string): boolean => basename(dirname(resolve(file))) === 'config';

/**
 * What is left to do in the folder of docker-compose.yml, as commands.
 *
 * @param file the settings that were written; docker-compose.yml mounts the folder `config`
 * @param server the gateway as devices reach it, an `https://` address
 * @param password what is used as the password of Grafana until a person writes theirs
 */
export function dockerSteps(file: string, server: string, password: string): string[] {
  return [
    ...(isMounted(file) ? [] : [`mkdir -p config/tokens && mv ${file} config/ServerSetting.ini`]),
    // As whom the containers run.
    'sudo chown -R 1000 config',
    `mkdir -p secrets && printf %s '${password}' > secrets/grafana_password`,
    `echo FLOWCOLLECT_DOMAIN=${new URL(server).hostname} > .env`,
    'docker compose up -d --build',
  ];
}

/** `flowcollect init server`. */
export const initServerCommand = (host: SetupHost, language: Language): CommandSpec => ({
  name: 'server',
  description: TEXTS.server,
  options: initOptions('ServerSetting.ini'),
  run: (_, options: InitOptions) =>
    whileAsking(host, language, options, (prompt) => initServer({ host, prompt, file: options.config })),
});
