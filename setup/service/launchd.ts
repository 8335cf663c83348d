import type { SetupHost } from '../host.ts';
import {
  goesOn,
  inTurn,
  type Scope,
  type ServiceManager,
  type ServiceName,
  type ServicePlan,
  saidBy,
  scopeThatIs,
  xmlText,
} from './service-plan.ts';
import { TEXTS } from './texts.ts';

/** Manages services by launchd of macOS. @param folders where definitions of each scope are kept */
export function launchdManager(host: SetupHost, folders: Readonly<Record<Scope, string>>): ServiceManager {
  const { run, files, machine } = host;
  const domainOf = (scope: Scope): string => (scope === 'system' ? 'system' : `gui/${machine.userId}`);
  const targetOf = (service: ServiceName, scope: Scope): string => `${domainOf(scope)}/${labelOf(service)}`;
  const fileOf = (service: ServiceName, scope: Scope): string =>
    files.absolute(`${labelOf(service)}.plist`, folders[scope]);
  const forbidden = (scope: Scope): boolean => scope === 'system' && machine.userId !== 0;

  return {
    async install(plan) {
      const { service, scope } = plan;
      if (forbidden(scope)) return { ok: false, lines: [TEXTS.needsRoot] };
      const file = fileOf(service, scope);
      await files.install(file, launchdDefinition(plan), 0o644);
      // One that runs by an earlier definition.
      await run('launchctl', ['bootout', targetOf(service, scope)]);
      const outcome = await inTurn(() => run('launchctl', ['bootstrap', domainOf(scope), file]));
      if (!outcome.ok) return outcome;
      const isRunning = async () => /^\s*state = running$/m.test((await print(service, scope)).output);
      if (!(await goesOn(host, isRunning))) return { ok: false, lines: [TEXTS.endsAtOnce(file)] };
      return { ok: true, lines: [TEXTS.installed(file), TEXTS.logByFile] };
    },
    async uninstall(service, scope) {
      if (forbidden(scope)) return { ok: false, lines: [TEXTS.needsRoot] };
      const outcome = await inTurn(() => run('launchctl', ['bootout', targetOf(service, scope)]));
      await files.remove(fileOf(service, scope));
      return outcome.ok ? { ok: true, lines: [TEXTS.uninstalled(labelOf(service))] } : outcome;
    },
    async status(service, asked) {
      const scope = await scopeThatIs(files, asked, (each) => fileOf(service, each));
      const { exitCode, output } = await print(service, scope);
      return { ok: exitCode === 0, lines: [saidBy(output)] };
    },
  };

  function print(service: ServiceName, scope: Scope) {
    return run('launchctl', ['print', targetOf(service, scope)]);
  }
}

const labelOf = (service: ServiceName): string => `flowcollect.${service}`;

/**
 * The definition of a service (launchd.plist(5)): it starts at once and with the machine or the sign-in, comes again five
 * seconds after it ended, and a stop has the time to take a last frame and push it.
 */
export function launchdDefinition({ service, program, settings }: ServicePlan): string {
  const words = [program.command, ...program.args, service, '--config', settings];
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key><string>${labelOf(service)}</string>
  <key>ProgramArguments</key>
  <array>
${words.map((word) => `    <string>${xmlText(word)}</string>\n`).join('')}  </array>
  <key>RunAtLoad</key><true/>
  <key>KeepAlive</key><true/>
  <key>ThrottleInterval</key><integer>5</integer>
  <key>ExitTimeOut</key><integer>30</integer>
  <key>Umask</key><integer>63</integer>
</dict>
</plist>
`;
}
