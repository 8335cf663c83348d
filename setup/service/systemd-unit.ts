import { basename } from 'node:path';
import { DESCRIPTIONS, type ServiceName, type ServicePlan } from './service-plan.ts';

export const unitName = (service: ServiceName): string => `flowcollect-${service}`;

/**
 * The units of a service by file name. In system scope the service runs under a user that exists only while it runs, and
 * gets its settings, which hold secrets, as a credential: root alone can read the file. A credential is read at the start
 * alone, so the service follows a copy of it in `/run`, and two more units write that anew after an edit: a bad one
 * changes nothing, as everywhere. The copy is linked into the state folder, where relative paths in the settings lead.
 *
 * In user scope the service reads the file itself.
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
      [
        'Unit',
        [
          `Description=Give ${name} its edited settings`,
          `ConditionPathExists=${escaped(followed(plan))}`,
          // One that was refused for coming too often would take the path unit with it.
          'StartLimitIntervalSec=0',
        ],
      ],
      [
        'Service',
        [
          'Type=oneshot',
          // An edit that comes while this unit runs is not noticed; most come right after another.
          'ExecStart=sleep 1',
          // Written over, since the copy belongs to the service's own user.
          `ExecStart=cp ${quoted(plan.settings)} ${quoted(followed(plan))}`,
        ],
      ],
    ),
  };
}

/** The copy of the settings that a system service follows; it is there while the service runs. */
const followed = ({ service, settings }: ServicePlan): string => `/run/${unitName(service)}/${basename(settings)}`;

function systemUnit(plan: ServicePlan): string {
  const { service, program, settings } = plan;
  const name = unitName(service);
  const linked = `/var/lib/${name}/${basename(settings)}`;
  return lines(
    ['Unit', unitHead(service)],
    [
      'Service',
      [
        `LoadCredential=settings:${escaped(settings)}`,
        `StateDirectory=${name}`,
        'StateDirectoryMode=0700',
        `RuntimeDirectory=${name}`,
        'RuntimeDirectoryMode=0700',
        `ExecStartPre=install -m 600 %d/settings ${quoted(followed(plan))}`,
        // Once made it stays, and a full disk keeps nobody from starting.
        `ExecStartPre=-ln -sfn ${quoted(followed(plan))} ${quoted(linked)}`,
        `ExecStart=${[program.command, ...program.args, service, '--config', linked].map(quoted).join(' ')}`,
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
  // However often it ended: what counts bytes comes again.
  'StartLimitIntervalSec=0',
];

/** A stop takes a last frame and pushes it, which a dead network may delay. */
const RUNNING = ['ExecReload=kill -HUP $MAINPID', 'Restart=always', 'RestartSec=5', 'TimeoutStopSec=30'];

/**
 * What an unprivileged manager can do too. JavaScript is compiled at run time: MemoryDenyWriteExecute cannot be set, and
 * V8 guards what it compiles with memory protection keys, which most processors of today have and @system-service leaves
 * out. A call that is not allowed fails, instead of killing the service: Node does without.
 */
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
  'SystemCallFilter=@system-service @pkey',
  'SystemCallErrorNumber=EPERM',
];

/** systemd replaces `%x` everywhere. */
const escaped = (text: string): string => text.replaceAll('%', '%%');

/** One word of a command line. */
function quoted(word: string): string {
  const text = escaped(word).replaceAll('$', '$$$$');
  return /^[\w@%+=:,./$-]+$/.test(text) ? text : `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function lines(...sections: readonly (readonly [string, readonly string[]])[]): string {
  return sections.map(([name, entries]) => `[${name}]\n${entries.join('\n')}\n`).join('\n');
}
