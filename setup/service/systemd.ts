import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Text } from '../../core/language.ts';
import { TEXTS as CORE_TEXTS } from '../../core/texts.ts';
import { isOpenToOthers, tokenFileOf } from '../../runtime/settings-file.ts';
import {
  DESCRIPTIONS,
  type RunTool,
  type ServiceKeeper,
  type ServiceName,
  type ServiceOutcome,
  type ServicePlan,
  saidBy,
} from './service-plan.ts';
import { TEXTS } from './texts.ts';

type Scope = ServicePlan['scope'];

export interface SystemdPlace {
  readonly run: RunTool;
  /** Whether this process may change what the machine runs. */
  readonly root: boolean;
  /** Lets a second pass. */
  readonly second: () => Promise<void>;
  /** Where units of each scope are kept. */
  readonly folders: Readonly<Record<Scope, string>>;
}

/** As long must a service run to be called started; bad settings or a missing right end it sooner. */
const STEADY_SECONDS = 4;

/** Keeps services by systemd. */
export function systemdKeeper({ run, root, second, folders }: SystemdPlace): ServiceKeeper {
  const systemctl = (scope: Scope, ...args: readonly string[]) =>
    run('systemctl', scope === 'user' ? ['--user', ...args] : args);

  /** Those that are enabled; the unit that restarts is started by its path. */
  const enabled = (service: ServiceName, scope: Scope): string[] =>
    scope === 'user'
      ? [`${unitName(service)}.service`]
      : [`${unitName(service)}.service`, `${unitName(service)}-settings.path`];

  return {
    async install(plan) {
      const problem = (await unreachable(plan)) ?? (await forbidden(plan.scope));
      if (problem !== undefined) return { ok: false, lines: [problem] };
      const folder = folders[plan.scope];
      await mkdir(folder, { recursive: true });
      for (const [name, text] of Object.entries(systemdUnits(plan))) await writeFile(join(folder, name), text);
      const units = enabled(plan.service, plan.scope);
      const outcome = await inTurn(
        () => systemctl(plan.scope, 'daemon-reload'),
        () => systemctl(plan.scope, 'enable', ...units),
        () => systemctl(plan.scope, 'restart', ...units),
      );
      if (!outcome.ok) return outcome;
      const unit = unitName(plan.service);
      if (!(await runsOn(unit, plan.scope))) return { ok: false, lines: await whyNot(unit, plan.scope) };
      return {
        ok: true,
        lines: [
          TEXTS.installed(join(folder, `${unit}.service`)),
          plan.scope === 'user' ? TEXTS.logOfUser(unit) : TEXTS.logOfSystem(unit),
          // The service itself sees the rights of its copy alone.
          ...((await isOpenToOthers(plan.settings)) ? [CORE_TEXTS.openToOthers(plan.settings)] : []),
        ],
      };
    },

    async uninstall(service, scope) {
      const problem = await forbidden(scope);
      if (problem !== undefined) return { ok: false, lines: [problem] };
      const outcome = await inTurn(() => systemctl(scope, 'disable', '--now', ...enabled(service, scope)));
      const name = unitName(service);
      for (const file of [`${name}.service`, `${name}-settings.path`, `${name}-settings.service`]) {
        await rm(join(folders[scope], file), { force: true });
      }
      await systemctl(scope, 'daemon-reload');
      if (!outcome.ok) return outcome;
      return { ok: true, lines: [TEXTS.uninstalled(name)] };
    },

    async status(service, scope) {
      const { exitCode, output } = await systemctl(scope, 'status', '--no-pager', '--lines=5', unitName(service));
      return { ok: exitCode === 0, lines: [saidBy(output)] };
    },
  };

  /** What keeps this process from changing services of a scope, and how to fix it. */
  async function forbidden(scope: Scope): Promise<Text | undefined> {
    if (scope === 'system') {
      return root ? undefined : TEXTS.needsRoot;
    }
    const { exitCode, output } = await systemctl('user', 'show-environment');
    if (exitCode === 0) return undefined;
    return TEXTS.needsSession(output.trim());
  }

  /** Whether a service that was just started goes on: systemd calls it started as soon as its program was loaded. */
  async function runsOn(unit: string, scope: Scope): Promise<boolean> {
    for (let passed = 0; passed < STEADY_SECONDS; passed++) {
      await second();
      if ((await systemctl(scope, 'is-active', '--quiet', `${unit}.service`)).exitCode !== 0) return false;
    }
    return true;
  }

  async function whyNot(unit: string, scope: Scope): Promise<Text[]> {
    // Between two tries `systemctl status` leaves out what the service itself said.
    const whose = scope === 'user' ? ['--user'] : [];
    const { output } = await run('journalctl', [...whose, '-u', unit, '-n', '15', '--no-pager', '-o', 'cat']);
    return [TEXTS.doesNotRun(unit), saidBy(output)];
  }

  async function inTurn(...steps: readonly (() => ReturnType<RunTool>)[]): Promise<ServiceOutcome> {
    for (const step of steps) {
      const { exitCode, output } = await step();
      if (exitCode !== 0) return { ok: false, lines: [saidBy(output)] };
    }
    return { ok: true, lines: [] };
  }
}

/** Homes are hidden from a system service. */
const isHidden = (path: string): boolean => /^\/(home|root|run\/user)(\/|$)/.test(path);

/** Neither the program nor Node may be where a system service sees nothing, nor what the gateway reads of tokens. */
async function unreachable({ service, scope, program, settings }: ServicePlan): Promise<Text | undefined> {
  if (scope === 'user') return undefined;
  const hidden = [program.command, ...program.args].find(isHidden);
  if (hidden !== undefined) return TEXTS.hidden(hidden);
  if (service !== 'gateway') return undefined;
  for (let folder = dirname(settings); folder !== dirname(folder); folder = dirname(folder)) {
    const found = await stat(folder).catch(() => undefined);
    if (isHidden(folder) || (found !== undefined && (found.mode & 0o001) === 0)) return TEXTS.hiddenTokens(folder);
  }
  return undefined;
}

const unitName = (service: ServiceName): string => `flowcollect-${service}`;

/**
 * The units of a service by file name. In system scope the service runs under a user that exists only while it runs, and
 * gets its settings, which hold secrets, as a credential: root alone can read the file. A credential is read at the start
 * alone, so the service follows a copy of it in `/run`, and two more units write that again after an edit: a bad one
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
          // systemd opens the settings, which root alone can read, and the service's own user writes the copy: root would
          // follow a link that is in its place.
          'DynamicUser=yes',
          `User=${name}`,
          `ReadWritePaths=${escaped(dirname(followed(plan)))}`,
          `StandardInput=file:${escaped(plan.settings)}`,
          // An edit that comes while this unit runs is not noticed; most come right after another.
          'ExecStart=sleep 1',
          `ExecStart=dd ${quoted(`of=${followed(plan)}`)} status=none`,
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
        // What the commands write next to the settings is followed there; it holds hashes alone.
        ...(service === 'gateway'
          ? [`ExecStartPre=-ln -sfn ${quoted(dirname(tokenFileOf(settings)))} ${quoted(`/var/lib/${name}/tokens`)}`]
          : []),
        `ExecStart=${[program.command, ...program.args, service, '--config', linked].map(quoted).join(' ')}`,
        ...RUNNING,
        'DynamicUser=yes',
        `User=${name}`,
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
