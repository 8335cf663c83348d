import type { SetupHost } from '../host.ts';
import { launchdManager } from './launchd.ts';
import { phoneManager } from './phone.ts';
import { procdManager } from './procd.ts';
import type { ServiceManager } from './service-plan.ts';
import { systemdManager } from './systemd.ts';
import { taskSchedulerManager } from './task-scheduler.ts';

/** What keeps services on this machine; undefined where it is not known. @param root another root folder, for tests */
export async function serviceManager(host: SetupHost, root = ''): Promise<ServiceManager | undefined> {
  const { machine, files } = host;
  const { platform, home, environment } = machine;
  const isThere = async (path: string): Promise<boolean> => (await files.mode(`${root}${path}`)) !== undefined;
  if (platform === 'win32') return taskSchedulerManager(host, environment('TEMP') ?? home);
  if (platform === 'darwin') {
    return launchdManager(host, {
      system: `${root}/Library/LaunchDaemons`,
      user: files.absolute('Library/LaunchAgents', home),
    });
  }
  // systemd's own test of whether it runs the machine.
  if (await isThere('/run/systemd/system')) {
    const configHome = environment('XDG_CONFIG_HOME') ?? files.absolute('.config', home);
    return systemdManager(host, {
      system: `${root}/etc/systemd/system`,
      user: files.absolute('systemd/user', configHome),
    });
  }
  if (await isThere('/etc/rc.common')) {
    return procdManager(host, { scripts: `${root}/etc/init.d`, kept: `${root}/lib/upgrade/keep.d` });
  }
  if (await isThere('/system/bin/sh')) {
    return phoneManager(host, { system: `${root}/data/adb/service.d`, user: files.absolute('.termux/boot', home) });
  }
  return undefined;
}
