import { basename } from 'node:path';
import { DESCRIPTIONS, type ServiceName, type ServicePlan } from './service-plan.ts';

export const unitName = (service: ServiceName): string => `flowcollect-${service}`;

/**
 * The units of a service by file name. In system scope the service runs under a user that exists only while it runs, and
 * gets its settings, which hold secrets, as a credential: root alone can read the file. A copy of it is linked into the
 * state folder, so that relative paths in the settings lead there; two more units restart the service after an edit,
 * since a credential is read at the start. A restart loses nothing: what moves meanwhile is counted by the next frame.
 *
 * In user scope the service reads the file itself and follows edits without a restart.
 */
export function systemdUnits(plan: ServicePlan): Readonly<Record<string, string>> {
  const name = unitName(plan.service);
  if (plan.scope === 'user') return { [`${name}.service`]: userUnit(plan) };
  return {
    [`${name}.service`]: systemUnit(plan),
    [`${name}-settings.path`]: lines(
      ['Unit', [`Description=Follow the settings of ${name}`]],
      ['Path', [`PathChanged=${escaped(plan.settings)}`]],
      ['Install', ['WantedBy=multi-user.target']],
    ),
    [`${name}-settings.service`]: lines(
      ['Unit', [`Description=Restart ${name} with its edited settings`]],
      ['Service', ['Type=oneshot', `ExecStart=systemctl try-restart ${name}.service`]],
    ),
  };
}

function systemUnit({ service, program, settings }: ServicePlan): string {
  const name = unitName(service);
  const file = basename(settings);
  return lines(
    ['Unit', unitHead(service)],
    [
      'Service',
      [
        `LoadCredential=${escaped(`${file}:${settings}`)}`,
        `StateDirectory=${name}`,
        'StateDirectoryMode=0700',
        `ExecStartPre=ln -sfn ${quoted(`%d/${file}`, true)} ${quoted(`%S/${name}/${file}`, true)}`,
        `ExecStart=${[program.command, ...program.args].map((part) => quoted(part)).join(' ')} ${service} --config ${quoted(`%S/${name}/${file}`, true)}`,
        ...RUNNING,
        'DynamicUser=yes',
        'UMask=0077',
        ...HARDENING,
        'CapabilityBoundingSet=',
        'ProtectSystem=strict',
        'ProtectHome=yes',
        'PrivateTmp=yes',
        'PrivateDevices=yes',
        'ProtectClock=yes',
        'ProtectKernelLogs=yes',
        'ProtectKernelModules=yes',
        'ProtectHostname=yes',
        'ProtectProc=invisible',
        'RemoveIPC=yes',
      ],
    ],
    ['Install', ['WantedBy=multi-user.target']],
  );
}

function userUnit({ service, program, settings }: ServicePlan): string {
  const command = [program.command, ...program.args, service, '--config', settings];
  return lines(
    ['Unit', unitHead(service)],
    ['Service', [`ExecStart=${command.map((part) => quoted(part)).join(' ')}`, ...RUNNING, 'UMask=0077', ...HARDENING]],
    ['Install', ['WantedBy=default.target']],
  );
}

const unitHead = (service: ServiceName): string[] => [
  `Description=${DESCRIPTIONS[service]}`,
  'Wants=network-online.target',
  'After=network-online.target',
];

/** A stop takes a last frame and pushes it, which a dead network may delay. */
const RUNNING = ['Restart=always', 'RestartSec=5', 'TimeoutStopSec=30'];

/** What an unprivileged manager can do too. JavaScript is compiled at run time: MemoryDenyWriteExecute cannot be set. */
const HARDENING = [
  'NoNewPrivileges=yes',
  'LockPersonality=yes',
  'ProtectControlGroups=yes',
  'ProtectKernelTunables=yes',
  'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK',
  'RestrictNamespaces=yes',
  'RestrictRealtime=yes',
  'RestrictSUIDSGID=yes',
  'SystemCallArchitectures=native',
  'SystemCallFilter=@system-service',
];

/** systemd replaces `%x` everywhere. */
const escaped = (text: string): string => text.replaceAll('%', '%%');

/** One word of a command line. @param specifiers whether `%d` and the like are meant */
function quoted(word: string, specifiers = false): string {
  const text = (specifiers ? word : escaped(word)).replaceAll('$', '$$$$');
  return /^[\w@%+=:,./$-]+$/.test(text) ? text : `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function lines(...sections: readonly (readonly [string, readonly string[]])[]): string {
  return sections.map(([name, entries]) => `[${name}]\n${entries.join('\n')}\n`).join('\n');
}
