import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { scheduledTask, taskName } from './scheduled-task.ts';
import { type RunTool, type ServiceKeeper, type ServiceOutcome, saidBy } from './service-plan.ts';
import { TEXTS } from './texts.ts';

/**
 * Keeps services by the Task Scheduler of Windows.
 *
 * @param folder for the definition, while it is read
 */
export function taskSchedulerKeeper(run: RunTool, folder: string): ServiceKeeper {
  const schtasks = async (...args: readonly string[]): Promise<ServiceOutcome> => {
    const { exitCode, output } = await run('schtasks.exe', args);
    return { ok: exitCode === 0, lines: [saidBy(output)] };
  };
  return {
    async install(plan) {
      const name = taskName(plan.service);
      const file = join(folder, `flowcollect-${plan.service}.xml`);
      // The Task Scheduler reads UTF-16 with its mark.
      await writeFile(file, `\uFEFF${scheduledTask(plan)}`, 'utf16le');
      try {
        const created = await schtasks('/Create', '/TN', name, '/XML', file, '/F');
        if (!created.ok) {
          return plan.scope === 'system' ? { ok: false, lines: [...created.lines, TEXTS.needsAdministrator] } : created;
        }
      } finally {
        await rm(file, { force: true });
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
