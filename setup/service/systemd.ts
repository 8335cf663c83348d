import type { Text } from '../../core/language.ts';
import { TEXTS as CORE_TEXTS } from '../../core/texts.ts';
import type { SetupHost } from '../host.ts';
import {
  DESCRIPTIONS,
  goesOn,
  inTurn,
  type Scope,
  type ServiceManager,
  type ServiceName,
  type ServicePlan,
  saidBy,
  scopeThatIs,
  unitName,
} from './service-plan.ts';
import { TEXTS } from './texts.ts';

/** Manages services by systemd. @param folders where units of each scope are kept */
export function systemdManager(host: SetupHost, folders: Readonly<Record<Scope, string>>): ServiceManager {
  const { run, files, machine } = host;
  const systemctl = (scope: Scope, ...args: readonly string[]) =>
    run('systemctl', scope === 'user' ? ['--user', ...args] : args);

  /** Those that are enabled; the unit that restarts is started by its path. */
  const enabled = (service: ServiceName, scope: Scope): string[] =>
    readsItsFile({ service, scope })
      ? [`${unitName(service)}.service`]
      : [`${unitName(service)}.service`, `${unitName(service)}-settings.path`];

  return {
    async install(plan) {
      const problem = (await unreachable(plan, files)) ?? (await forbidden(plan.scope));
      if (problem !== undefined) return { ok: false, lines: [problem] };
      const folder = folders[plan.scope];
      const owner = (await run('stat', ['-c', '%u', plan.settings])).output.trim();
      for (const [name, text] of Object.entries(systemdUnits(plan, owner))) {
        await files.install(files.absolute(name, folder), text, 0o644);
      }
      const units = enabled(plan.service, plan.scope);
      const outcome = await inTurn(
        () => systemctl(plan.scope, 'daemon-reload'),
        () => systemctl(plan.scope, 'enable', ...units),
        () => systemctl(plan.scope, 'restart', ...units),
      );
      if (!outcome.ok) return outcome;
      const unit = unitName(plan.service);
      const isActive = async () =>
        (await systemctl(plan.scope, 'is-active', '--quiet', `${unit}.service`)).exitCode === 0;
      if (!(await goesOn(host, isActive))) return { ok: false, lines: await whyNot(unit, plan.scope) };
      return {
        ok: true,
        lines: [
          TEXTS.installed(`${folder}/${unit}.service`),
          plan.scope === 'user' ? TEXTS.logOfUser(unit) : TEXTS.logOfSystem(unit),
          ...(plan.service === 'stack' ? [TEXTS.logsOfParts] : []),
          // The service itself sees the rights of its copy alone.
          ...((await files.isOpenToOthers(plan.settings)) ? [CORE_TEXTS.openToOthers(plan.settings)] : []),
        ],
      };
    },

    async uninstall(service, scope) {
      const problem = await forbidden(scope);
      if (problem !== undefined) return { ok: false, lines: [problem] };
      const outcome = await inTurn(() => systemctl(scope, 'disable', '--now', ...enabled(service, scope)));
      const name = unitName(service);
      for (const file of [`${name}.service`, `${name}-settings.path`, `${name}-settings.service`]) {
        await files.remove(files.absolute(file, folders[scope]));
      }
      await systemctl(scope, 'daemon-reload');
      if (!outcome.ok) return outcome;
      return { ok: true, lines: [TEXTS.uninstalled(name)] };
    },

    async status(service, asked) {
      const fileOf = (scope: Scope) => files.absolute(`${unitName(service)}.service`, folders[scope]);
      const scope = await scopeThatIs(files, asked, fileOf);
      const { exitCode, output } = await systemctl(scope, 'status', '--no-pager', '--lines=5', unitName(service));
      return { ok: exitCode === 0, lines: [saidBy(output)] };
    },
  };

  /** What keeps this process from changing services of a scope, and how to fix it. */
  async function forbidden(scope: Scope): Promise<Text | undefined> {
    if (scope === 'system') {
      return machine.userId === 0 ? undefined : TEXTS.needsRoot;
    }
    const { exitCode, output } = await systemctl('user', 'show-environment');
    if (exitCode === 0) return undefined;
    return TEXTS.needsSession(output.trim());
  }

  async function whyNot(unit: string, scope: Scope): Promise<Text[]> {
    // Between two tries `systemctl status` leaves out what the service itself said.
    const whose = scope === 'user' ? ['--user'] : [];
    const { output } = await run('journalctl', [...whose, '-u', unit, '-n', '15', '--no-pager', '-o', 'cat']);
    return [TEXTS.doesNotRun(unit), saidBy(output)];
  }
}

/** One user's services do, and the home server, whose data is beside the file: it runs as the file's owner. */
const readsItsFile = ({ service, scope }: Pick<ServicePlan, 'service' | 'scope'>): boolean =>
  scope === 'user' || service === 'stack';

/** Homes are hidden from a system service. */
export const isHidden = (path: string): boolean => /^\/(home|root|run\/user)(\/|$)/.test(path);

/** Neither the program nor Node may be where a system service sees nothing, nor what the gateway reads of tokens. */
async function unreachable(
  { service, scope, program, settings }: ServicePlan,
  files: SetupHost['files'],
): Promise<Text | undefined> {
  if (readsItsFile({ service, scope })) return undefined;
  const hidden = [program.command, ...program.args].find(isHidden);
  if (hidden !== undefined) return TEXTS.hidden(hidden);
  if (service !== 'gateway') return undefined;
  for (let folder = folderOf(settings); folder !== '/'; folder = folderOf(folder)) {
    const mode = await files.mode(folder);
    if (isHidden(folder) || (mode !== undefined && (mode & 0o001) === 0)) return TEXTS.hiddenTokens(folder);
  }
  return undefined;
}

/** Where there is systemd, paths are those of Linux. */
const folderOf = (path: string): string => path.replace(/\/[^/]*$/, '') || '/';
const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/**
 * The units of a service by file name. In system scope the service runs under a user that exists only while it runs, and
 * gets its settings, which hold secrets, as a credential: root alone can read the file. A credential is read at the start
 * alone, so the service follows a copy of it in `/run`, and two more units write that again after an edit: a bad one
 * changes nothing, as everywhere. The copy is linked into the state folder, where relative paths in the settings lead.
 *
 * In user scope the service reads the file itself, and so does the home server.
 *
 * @param owner whose the settings are, for what reads them itself in system scope
 */
export function systemdUnits(plan: ServicePlan, owner: string): Readonly<Record<string, string>> {
  const name = unitName(plan.service);
  if (readsItsFile(plan)) return { [`${name}.service`]: plainUnit(plan, owner) };
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
          `ReadWritePaths=${escaped(folderOf(followed(plan)))}`,
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
const followed = ({ service, settings }: ServicePlan): string => `/run/${unitName(service)}/${nameOf(settings)}`;

function systemUnit(plan: ServicePlan): string {
  const { service, program, settings } = plan;
  const name = unitName(service);
  const linked = `/var/lib/${name}/${nameOf(settings)}`;
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
        // Once made it stays, so that a full disk does not keep a service from starting.
        `ExecStartPre=-ln -sfn ${quoted(followed(plan))} ${quoted(linked)}`,
        // What the commands write next to the settings is followed there; it holds hashes alone.
        ...(service === 'gateway'
          ? [`ExecStartPre=-ln -sfn ${quoted(`${folderOf(settings)}/tokens`)} ${quoted(`/var/lib/${name}/tokens`)}`]
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

function plainUnit({ service, program, settings, scope }: ServicePlan, owner: string): string {
  const command = [program.command, ...program.args, service, '--config', settings];
  return lines(
    ['Unit', unitHead(service)],
    [
      'Service',
      [
        `ExecStart=${command.map(quoted).join(' ')}`,
        ...RUNNING,
        // It stops its parts in turn: the exporter pushes before the gateway ends.
        ...(service === 'stack' ? ['KillMode=mixed'] : []),
        ...(scope === 'system' ? [`User=${owner}`] : []),
        'UMask=0077',
        ...HARDENING,
      ],
    ],
    ['Install', [`WantedBy=${scope === 'system' ? 'multi-user' : 'default'}.target`]],
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
