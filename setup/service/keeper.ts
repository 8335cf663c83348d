import type { SetupHost } from '../host.ts';
import { launchdKeeper } from './launchd.ts';
import { phoneKeeper } from './phone.ts';
import { procdKeeper } from './procd.ts';
import type { ServiceKeeper } from './service-plan.ts';
import { systemdKeeper } from './systemd.ts';
import { taskSchedulerKeeper } from './task-scheduler.ts';

/** What keeps services on this machine; undefined where it is not known. @param root another root folder, for tests */
export async function serviceKeeper(host: SetupHost, root = ''): Promise<ServiceKeeper | undefined> {
  const { machine, files } = host;
  const { platform, home, environment } = machine;
  const isThere = async (path: string): Promise<boolean> => (await files.mode(`${root}${path}`)) !== undefined;
  if (platform === 'win32') return taskSchedulerKeeper(host, environment('TEMP') ?? home);
  if (platform === 'darwin') {
    return launchdKeeper(host, {
      system: `${root}/Library/LaunchDaemons`,
      user: files.absolute('Library/LaunchAgents', home),
    });
  }
  // systemd's own test of whether it runs the machine.
  if (await isThere('/run/systemd/system')) {
    const configHome = environment('XDG_CONFIG_HOME') ?? files.absolute('.config', home);
    return systemdKeeper(host, {
      system: `${root}/etc/systemd/system`,
      user: files.absolute('systemd/user', configHome),
    });
  }
  if (await isThere('/etc/rc.common')) {
    return procdKeeper(host, { scripts: `${root}/etc/init.d`, kept: `${root}/lib/upgrade/keep.d` });
  }
  if (await isThere('/system/bin/sh')) {
    return phoneKeeper(host, { system: `${root}/data/adb/service.d`, user: files.absolute('.termux/boot', home) });
  }
  return undefined;
}
