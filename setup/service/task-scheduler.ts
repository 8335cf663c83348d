import type { SetupHost } from '../host.ts';
import {
  DESCRIPTIONS,
  type ServiceManager,
  type ServiceName,
  type ServiceOutcome,
  type ServicePlan,
  saidBy,
  xmlText,
} from './service-plan.ts';
import { TEXTS } from './texts.ts';

/**
 * Manages services by the Task Scheduler of Windows.
 *
 * @param folder for the definition, while it is read
 */
export function taskSchedulerManager({ run, files }: SetupHost, folder: string): ServiceManager {
  const schtasks = async (...args: readonly string[]): Promise<ServiceOutcome> => {
    const { exitCode, output } = await run('schtasks.exe', args);
    return { ok: exitCode === 0, lines: [saidBy(output)] };
  };
  return {
    async install(plan) {
      const name = taskName(plan.service);
      const file = files.absolute(`flowcollect-${plan.service}.xml`, folder);
      // The Task Scheduler reads UTF-16 with its mark.
      await files.install(file, utf16(`\uFEFF${scheduledTask(plan)}`), 0o600);
      try {
        const created = await schtasks('/Create', '/TN', name, '/XML', file, '/F');
        if (!created.ok) {
          return plan.scope === 'system' ? { ok: false, lines: [...created.lines, TEXTS.needsAdministrator] } : created;
        }
      } finally {
        await files.remove(file);
      }
      const started = await schtasks('/Run', '/TN', name);
      return started.ok ? { ok: true, lines: [TEXTS.installedTask(name)] } : started;
    },
    async uninstall(service) {
      await schtasks('/End', '/TN', taskName(service));
      const deleted = await schtasks('/Delete', '/TN', taskName(service), '/F');
      return deleted.ok ? { ok: true, lines: [TEXTS.uninstalled(taskName(service))] } : deleted;
    },
    status: (service) => schtasks('/Query', '/TN', taskName(service), '/V', '/FO', 'LIST'),
  };
}

function utf16(text: string): Uint8Array {
  return Uint8Array.from({ length: 2 * text.length }, (_, at) => (text.charCodeAt(at >> 1) >> (8 * (at & 1))) & 0xff);
}

/** Where the Task Scheduler keeps it. */
const taskName = (service: ServiceName): string => `\\FlowCollect\\${service}`;

/**
 * The definition of a scheduled task that runs a service: from the start of the machine as SYSTEM, or from the sign-in
 * of the one who installs it, then in a hidden window. It has no time limit, goes on with batteries, and is started
 * again a minute after it failed. Ending a task kills it, which loses nothing: state is written before each push.
 *
 * @returns XML as `schtasks /Create /XML` reads it
 */
export function scheduledTask({ service, program, settings, scope }: ServicePlan): string {
  const args = [...program.args, service, '--config', settings].map(windowsQuoted).join(' ');
  const [command, parameters] =
    scope === 'system'
      ? [program.command, args]
      : hiddenWindow(program.command, [...program.args, service, '--config', settings]);
  const trigger = scope === 'system' ? 'BootTrigger' : 'LogonTrigger';
  const principal =
    scope === 'system'
      ? '<UserId>S-1-5-18</UserId><RunLevel>LeastPrivilege</RunLevel>'
      : '<LogonType>InteractiveToken</LogonType><RunLevel>LeastPrivilege</RunLevel>';
  return `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.3" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Description>${xmlText(DESCRIPTIONS[service])}</Description></RegistrationInfo>
  <Triggers><${trigger}><Enabled>true</Enabled></${trigger}></Triggers>
  <Principals><Principal id="Author">${principal}</Principal></Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <RestartOnFailure><Interval>PT1M</Interval><Count>999</Count></RestartOnFailure>
  </Settings>
  <Actions Context="Author">
    <Exec><Command>${xmlText(command)}</Command><Arguments>${xmlText(parameters)}</Arguments></Exec>
  </Actions>
</Task>
`;
}

/** A console program that a signed-in user starts would show its window; PowerShell can hide it. */
function hiddenWindow(command: string, args: readonly string[]): [string, string] {
  const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
  const script = `& ${[command, ...args].map(literal).join(' ')}; exit $LASTEXITCODE`;
  return ['powershell.exe', `-NoProfile -WindowStyle Hidden -Command ${windowsQuoted(script)}`];
}

/** One argument as Microsoft's C library splits a command line. */
function windowsQuoted(text: string): string {
  if (/^[^\s"]+$/.test(text)) return text;
  return `"${text.replaceAll(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`;
}
