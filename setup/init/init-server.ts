import { randomBytes } from 'node:crypto';
import { basename, dirname, resolve } from 'node:path';
import { ipVersion } from '../../core/addresses.ts';
import type { CommandSpec } from '../../core/command.ts';
import type { Language, Text } from '../../core/language.ts';
import { providerOfAddress, providerOfHost } from '../../core/mail-providers.ts';
import {
  EXAMPLE_TOKEN,
  isMailAddress,
  readServerSection,
  readSmtpSection,
  splitAddresses,
} from '../../core/server-settings.ts';
import { SettingsReader } from '../../core/settings.ts';
import { shellWord } from '../../core/shell-word.ts';
import { TEXTS as CORE_TEXTS } from '../../core/texts.ts';
import { makeFolder } from '../../runtime/atomic-file.ts';
import { type Installation, serviceOf } from '../../runtime/installed.ts';
import { readSettingsText, tokenFileOf } from '../../runtime/settings-file.ts';
import type { Prompt } from '../console.ts';
import type { SetupHost } from '../host.ts';
import { isGatewayAddress } from '../pairing-code.ts';
import { openDraft } from '../settings-draft.ts';
import { type InitOptions, initOptions, whileAsking } from './command.ts';
import { initMessages, TEXTS } from './texts.ts';

interface InitServer {
  readonly host: SetupHost;
  readonly prompt: Prompt;
  readonly file: string;
  /** Where services are that may go by the file already. */
  readonly installation?: Installation;
  /** Whether all of it is to run on this machine, by `flowcollect stack`. */
  readonly home?: boolean;
  /** Whether this machine can keep it running; a container cannot. */
  readonly hasServices?: boolean;
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
/** Where the gateway listens that install.sh puts Caddy in front of. */
const BEHIND_CADDY = '127.0.0.1:8686';
/** Tokens go where the gateway that runs reads them: install.sh has copied the settings. */
const PAIR = {
  docker: 'docker compose run --rm gateway pair --config /config/ServerSetting.ini',
  debian: 'sudo flowcollect pair --config /etc/flowcollect/ServerSetting.ini',
} as const;
const newToken = (): string => randomBytes(24).toString('base64url');
/** Stands for an address that nobody gave; the settings do not hold it. */
const EXAMPLE = 'https://vps.example.com';

/**
 * Writes the settings of a VPS or a home server, once every question was answered, and reads them back as the services do.
 *
 * @throws SettingsError for what they would refuse, or UserFacingError where nobody answers
 */
export async function initServer({
  host,
  prompt,
  file,
  installation,
  home = false,
  hasServices = true,
}: InitServer): Promise<void> {
  const words = initMessages(prompt.language);
  const draft = await openDraft(host.files, file);
  if (draft.existed) prompt.say(words.kept(file));
  const question = home ? words.homeAddress : words.serverAddress;
  const suggestion = home ? `http://${host.machine.hostname}:8686` : EXAMPLE;
  let server = withScheme(await prompt.ask(question, suggestion, { check: addressProblem }));
  if ([undefined, EXAMPLE_TOKEN].includes(draft.get('server', 'ServerToken'))) {
    draft.set('server', 'ServerToken', newToken());
  }
  if (draft.get('server', 'SubUrls') === undefined) {
    const subscriptions = await prompt.ask(words.subscriptions, '', { check: subscriptionsProblem });
    if (subscriptions !== '') draft.set('server', 'SubUrls', splitSubscriptions(subscriptions).join(', '));
  }
  const account = await prompt.ask(words.mailAccount, draft.get('smtp', 'EmailUser') ?? '', { check: mailProblem });
  if (account !== '') {
    const provider = providerOfAddress(account);
    const written = draft.get('smtp', 'SMTPHost');
    // One that is another known provider's was that of an account before, or the example's.
    const kept = provider !== undefined && providerOfHost(written ?? '') !== provider ? undefined : written;
    const port = kept === undefined ? undefined : draft.get('smtp', 'SMTPPort');
    const guess = `smtp.${account.split('@')[1] ?? ''}`;
    draft.set('smtp', 'SMTPHost', kept ?? provider?.host ?? (await prompt.ask(words.mailHost, guess)));
    draft.set('smtp', 'SMTPPort', port ?? String(provider?.port ?? 587));
    draft.set('smtp', 'EmailUser', account);
    if (provider !== undefined) prompt.say(words.mailPasswordIs(provider));
    const password = draft.get('smtp', 'EmailPass');
    draft.set('smtp', 'EmailPass', await prompt.ask(words.mailPassword, password, { secret: true }));
    const to = draft.get('smtp', 'EmailTo') ?? account;
    draft.set('smtp', 'EmailTo', await prompt.ask(words.mailTo, to, { check: recipientsProblem }));
  }
  const suggested = isMounted(file) || draft.get('server', 'DataDir') === DOCKER.DataDir ? 'y' : 'n';
  const docker = !home && YES.test(await prompt.ask(words.withDocker, suggested, { check: yesOrNoProblem }));
  if (docker && domainOf(server) === undefined) {
    server = withScheme(await prompt.ask(words.dockerAddress, EXAMPLE, { check: domainProblem }));
  }
  const domain = docker || home || server === EXAMPLE ? undefined : domainOf(server);
  if (home) {
    draft.set('stack', 'Demo', 'off');
    if (draft.get('server', 'ArchiveToken') === undefined) draft.set('server', 'ArchiveToken', newToken());
  }
  // What is left of an earlier answer leads nowhere by another one; an empty value is the default.
  for (const [key, value] of Object.entries(DOCKER)) {
    if (docker) draft.set('server', key, value);
    else if (draft.get('server', key) === value) draft.set('server', key, '');
  }
  const listen = draft.get('server', 'ListenPort');
  if (domain === undefined && listen === BEHIND_CADDY) draft.set('server', 'ListenPort', '');
  if (domain !== undefined && [undefined, '', ':8686'].includes(listen))
    draft.set('server', 'ListenPort', BEHIND_CADDY);
  // Docker would make the folder that the gateway writes to, and give it to root.
  if (docker && isMounted(file)) await makeFolder(dirname(tokenFileOf(file)));
  draft.set('server', 'Language', draft.get('server', 'Language') ?? prompt.language);
  await draft.write();
  prompt.say(words.written(file));

  const reader = new SettingsReader(file, await readSettingsText(file));
  readSmtpSection(reader);
  reader.finish(readServerSection(reader));
  if (home) {
    const config = `--config ${shellWord(file)}`;
    // Set by the image, in which nobody could type the other lines.
    const image = host.machine.environment('FLOWCOLLECT_IMAGE');
    const [start, called] =
      image === undefined
        ? [`${host.called} stack ${config}`, host.called]
        : [`${DOCKER_RUN} ${image}`, `docker exec flowcollect ${host.called}`];
    prompt.say(words.nextAtHome(start));
    prompt.say(words.pairing(`${called} pair ${config} --server ${server} --device my-phone`));
    if (hasServices) prompt.say(words.inBackground(`sudo ${host.called} service install stack ${config}`));
    return;
  }
  const follows = docker ? undefined : await serviceOf('gateway', file, installation).catch(() => undefined);
  if (docker) prompt.say(words.nextOnDocker(dockerSteps(file, server, words.grafanaPassword)));
  else if (follows === undefined) prompt.say(words.nextOnServer(domain === undefined ? file : `${file} ${domain}`));
  else prompt.say(words.taken(`${host.called} doctor --config ${file}`));
  prompt.say(words.pairing(`${docker ? PAIR.docker : PAIR.debian} --server ${server} --device my-phone`));
  if (server === EXAMPLE) prompt.say(words.example);
}

/** How the image of the home server is started. */
const DOCKER_RUN = 'docker run -d --name flowcollect --restart unless-stopped --network host -v flowcollect:/data';

/** A domain alone is meant with https; nobody certifies an address, or a name of the local network. */
function withScheme(answer: string): string {
  if (/^https?:/.test(answer)) return answer;
  const [name = '', port = '8686'] = answer.split(':');
  return ipVersion(name) === 4 || !name.includes('.') ? `http://${name}:${port}` : `https://${answer}`;
}

/** The domain for which Caddy is to have a certificate; undefined where the gateway is reached without. */
function domainOf(server: string): string | undefined {
  const { protocol, hostname, port } = new URL(server);
  return protocol === 'https:' && port === '' && ipVersion(hostname) === 0 ? hostname : undefined;
}

/** What `pair --server` would refuse. */
const addressProblem = (answer: string): Text | undefined =>
  isGatewayAddress(withScheme(answer)) ? undefined : TEXTS.badAddress;

/** Of the containers, Caddy alone is reached from outside. */
const domainProblem = (answer: string): Text | undefined =>
  addressProblem(answer) ?? (domainOf(withScheme(answer)) === undefined ? TEXTS.needsDomain : undefined);

/** Addresses may hold commas: the next one begins at its scheme. Names before addresses are left to the services. */
const splitSubscriptions = (answer: string): string[] =>
  /^["'[]/.test(answer) ? [answer] : answer.split(/[\s,，;；]+(?=[a-z][a-z\d+.-]*:)/i);

function subscriptionsProblem(answer: string): Text | undefined {
  if (answer === '' || /^["'[]/.test(answer)) return undefined;
  const bad = splitSubscriptions(answer).find((each) => !/^https?:\/\/\S+$/i.test(each) || !URL.canParse(each));
  return bad === undefined ? undefined : TEXTS.badSubscription;
}

const mailProblem = (answer: string): Text | undefined =>
  answer === '' || isMailAddress(answer) ? undefined : CORE_TEXTS.mailAddress;

const recipientsProblem = (answer: string): Text | undefined =>
  splitAddresses(answer).every(isMailAddress) ? undefined : CORE_TEXTS.mailAddress;

const YES = /^(?:y|yes|是)$/i;
const yesOrNoProblem = (answer: string): Text | undefined =>
  YES.test(answer) || /^(?:n|no|否|不|不是)$/i.test(answer) ? undefined : TEXTS.yesOrNo;

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
export const initServerCommand = (host: SetupHost, language: Language, hasServices: boolean): CommandSpec => ({
  name: 'server',
  description: TEXTS.server,
  options: [...initOptions('ServerSetting.ini'), { flags: '--home', description: TEXTS.home }],
  run: (_, options: InitOptions & { readonly home?: true }) =>
    whileAsking(host, language, options, (prompt) =>
      initServer({ host, prompt, file: options.config, home: options.home === true, hasServices }),
    ),
});
