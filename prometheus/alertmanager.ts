import {
  type AlertsSection,
  type SmtpSection,
  splitAddresses,
  type TelegramSection,
  type UserAlerts,
} from '../core/server-settings.ts';

/** Where alerts are mailed from and to; without EmailUser and EmailTo there is no mail. */
export interface AlertMail {
  readonly smtp: SmtpSection;
  /** A file that holds the password alone; a server without passwords is not logged in to. */
  readonly passwordFile: string | undefined;
  /** Off only towards a mailbox on loopback. */
  readonly tls: boolean;
}

interface AlertmanagerSettings {
  readonly mail: AlertMail | undefined;
  readonly alerts: Pick<AlertsSection, 'TelegramToken' | 'TelegramChat'>;
  readonly users: readonly UserAlerts[];
  /** How the Bot API is reached, for alerts as for the bot. */
  readonly telegram: Pick<TelegramSection, 'ApiRoot' | 'Proxy'>;
  /** A glob of templates; a relative one begins at the folder of alertmanager.yml. */
  readonly templates: string;
}

const OWNER = 'owner';
const NOBODY = 'nobody';
/** Alerts of one kind and user in one message: no message is about two users. */
const GROUP_BY = ['alertname', 'user'];

/**
 * alertmanager.yml. Alerts of a user with an `[alerts.NAME]` go there and nowhere else, as long as that leads anywhere; all
 * others, and those of the VPS itself, go to the owner. Holds the Telegram token (Debian's Alertmanager cannot read it from a file), never the
 * password of the mail.
 */
export function alertmanagerConfig(settings: AlertmanagerSettings) {
  const { mail, alerts, users, telegram } = settings;
  const sends = mail?.smtp.EmailUser !== undefined ? mail : undefined;
  const receiver = (name: string, to: string | undefined, chat: number | undefined) => {
    const addresses = splitAddresses(to ?? '');
    return {
      name,
      ...(sends !== undefined && addresses.length > 0 ? { email_configs: [emailTo(addresses)] } : {}),
      ...(alerts.TelegramToken !== undefined && chat !== undefined
        ? { telegram_configs: [telegramTo(alerts.TelegramToken, chat, telegram)] }
        : {}),
    };
  };
  const told = users
    .map(({ user, EmailTo, TelegramChat }) => ({ user, to: receiver(userReceiver(user), EmailTo, TelegramChat) }))
    .filter(({ to }) => 'email_configs' in to || 'telegram_configs' in to);
  return {
    ...(sends === undefined ? {} : { global: smtpGlobals(sends) }),
    templates: [settings.templates],
    route: {
      receiver: OWNER,
      group_by: GROUP_BY,
      group_wait: '30s',
      group_interval: '5m',
      repeat_interval: '12h',
      routes: [
        { receiver: NOBODY, matchers: ['severity = none'] },
        ...told.map(({ user }) => ({
          receiver: userReceiver(user),
          matchers: [`user = ${JSON.stringify(user)}`],
          routes: bySeverity(userReceiver(user)),
        })),
        ...bySeverity(OWNER),
      ],
    },
    receivers: [
      receiver(OWNER, mail?.smtp.EmailTo, alerts.TelegramChat),
      { name: NOBODY },
      ...told.map(({ to }) => to),
    ],
    inhibit_rules: INHIBITIONS,
  };
}

const userReceiver = (user: string): string => `user ${user}`;

/** As long as Alertmanager remembers by default what it has told: what is to be repeated later comes then all the same. */
const RARELY = '120h';

/**
 * Critical alerts are told at once and again every four hours; what is only worth knowing, once a day; and what waits for
 * an answer, which may be weeks, as rarely as can be.
 */
function bySeverity(receiver: string) {
  return [
    { receiver, matchers: ['alertname = FlowCollectSteadySurplus'], group_wait: '5m', repeat_interval: RARELY },
    { receiver, matchers: ['severity = critical'], group_wait: '10s', repeat_interval: '4h' },
    { receiver, matchers: ['severity = info'], group_wait: '5m', repeat_interval: '24h' },
  ];
}

function smtpGlobals({ smtp, passwordFile, tls }: AlertMail) {
  return {
    smtp_smarthost: `${smtp.SMTPHost}:${smtp.SMTPPort}`,
    smtp_from: smtp.EmailUser,
    ...(passwordFile === undefined
      ? {}
      : { smtp_auth_username: smtp.EmailUser, smtp_auth_password_file: passwordFile }),
    smtp_require_tls: tls,
  };
}

function emailTo(addresses: readonly string[]) {
  return {
    to: addresses.join(', '),
    send_resolved: true,
    headers: { Subject: '{{ template "flowcollect.subject" . }}' },
    html: '{{ template "flowcollect.html" . }}',
    text: '{{ template "flowcollect.text" . }}',
  };
}

function telegramTo(token: string, chat: number, { ApiRoot, Proxy: proxy }: AlertmanagerSettings['telegram']) {
  return {
    api_url: ApiRoot,
    ...(proxy === undefined ? {} : { http_config: { proxy_url: proxy } }),
    bot_token: token,
    chat_id: chat,
    parse_mode: 'HTML',
    message: '{{ template "flowcollect.telegram" . }}',
    send_resolved: true,
  };
}

const silences = (source: string, targets: readonly string[], equal: readonly string[] = []) => ({
  source_matchers: [`alertname = ${source}`],
  target_matchers: [`alertname =~ ${JSON.stringify(targets.join('|'))}`],
  ...(equal.length === 0 ? {} : { equal: [...equal] }),
});
const AIRPORT = ['user', 'airport'];

/** Translate the one thing that is broken, and the graver of two. */
const INHIBITIONS = [
  silences('FlowCollectLeakSuspected', ['FlowCollectBillDrifts', 'FlowCollectSteadySurplus'], AIRPORT),
  silences('FlowCollectPushgatewayDown', ['FlowCollectDeviceSilent', 'FlowCollectKernelUnreachable']),
  silences('FlowCollectQuotaExhausting', ['FlowCollectQuotaHigh', 'FlowCollectQuotaRunsOut'], AIRPORT),
  silences('FlowCollectSubscriptionEnding', ['FlowCollectSubscriptionExpiring'], AIRPORT),
  silences('FlowCollectAirportLost', ['FlowCollectAirportUnreadable', 'FlowCollectAuditStale'], AIRPORT),
  silences('FlowCollectAirportUnreadable', ['FlowCollectAuditStale'], AIRPORT),
];
