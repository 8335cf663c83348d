import type { SetupHost } from '../host.ts';
import {
  goesOn,
  inTurn,
  type Scope,
  type ServiceManager,
  type ServiceName,
  type ServicePlan,
  saidBy,
  shellQuoted,
  unitName,
} from './service-plan.ts';
import { TEXTS } from './texts.ts';

/** Where OpenWrt keeps them. */
interface ProcdFolders {
  /** Scripts of services: `/etc/init.d`. */
  readonly scripts: string;
  /** Lists of what an upgrade of the router keeps: `/lib/upgrade/keep.d`. */
  readonly kept: string;
}

/** Manages services by procd, as OpenWrt has it: they are root's. */
export function procdManager(host: SetupHost, folders: ProcdFolders): ServiceManager {
  const { run, files, machine } = host;
  const scriptOf = (service: ServiceName): string => files.absolute(unitName(service), folders.scripts);
  const keptOf = (service: ServiceName): string => files.absolute(unitName(service), folders.kept);
  const forbidden = (scope: Scope) =>
    scope === 'user' ? TEXTS.userScope : machine.userId === 0 ? undefined : TEXTS.needsRoot;

  return {
    async install(plan) {
      const problem = forbidden(plan.scope);
      if (problem !== undefined) return { ok: false, lines: [problem] };
      const script = scriptOf(plan.service);
      await files.install(script, procdScript(plan), 0o755);
      await files.install(keptOf(plan.service), keptFiles(plan.service), 0o644);
      const outcome = await inTurn(
        () => run(script, ['enable']),
        () => run(script, ['restart']),
      );
      if (!outcome.ok) return outcome;
      const isRunning = async () => (await run(script, ['running'])).exitCode === 0;
      if (!(await goesOn(host, isRunning))) return { ok: false, lines: [TEXTS.endsAtOnce(script)] };
      return { ok: true, lines: [TEXTS.installed(script), TEXTS.logOfProcd] };
    },
    async uninstall(service, scope) {
      const problem = forbidden(scope);
      if (problem !== undefined) return { ok: false, lines: [problem] };
      const script = scriptOf(service);
      if ((await files.mode(script)) === undefined) return { ok: false, lines: [TEXTS.notInstalled(script)] };
      const outcome = await inTurn(
        () => run(script, ['stop']),
        () => run(script, ['disable']),
      );
      await files.remove(script);
      await files.remove(keptOf(service));
      return outcome.ok ? { ok: true, lines: [TEXTS.uninstalled(script)] } : outcome;
    },
    async status(service) {
      const script = scriptOf(service);
      if ((await files.mode(script)) === undefined) return { ok: false, lines: [TEXTS.notInstalled(script)] };
      const { exitCode, output } = await run(script, ['status']);
      return { ok: exitCode === 0, lines: [saidBy(output)] };
    },
  };
}

const [START, STOP] = [99, 10];

/** The script of a service, as `/etc/rc.common` reads it. */
export const procdScript = ({ service, program, settings }: ServicePlan): string => `#!/bin/sh /etc/rc.common
# Written by "flowcollect service install".

START=${START}
STOP=${STOP}
USE_PROCD=1

start_service() {
	procd_open_instance
	procd_set_param command ${[program.command, ...program.args, service, '--config', settings].map(shellQuoted).join(' ')}
	# Started again 5 s after it ended, for ever.
	procd_set_param respawn 3600 5 0
	# A stop takes a last frame and pushes it.
	procd_set_param term_timeout 30
	procd_set_param stdout 1
	procd_set_param stderr 1
	procd_close_instance
}

# SIGHUP has it read its settings again; it follows edits by itself too.
reload_service() {
	procd_send_signal ${unitName(service)}
}
`;

/** What of a service an upgrade of the router keeps; program and settings are kept by what installed them. */
const keptFiles = (service: ServiceName): string =>
  [
    `/etc/init.d/${unitName(service)}`,
    `/etc/rc.d/K${STOP}${unitName(service)}`,
    `/etc/rc.d/S${START}${unitName(service)}`,
    `/lib/upgrade/keep.d/${unitName(service)}`,
    '',
  ].join('\n');
