import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Argument, Command } from 'commander';
import type { OwnProgram } from '../../runtime/own-program.ts';
import { SERVICES, type ServiceKeeper, type ServiceName, type ServiceOutcome } from './service-plan.ts';

/** What `service` works with; the keeper is undefined where the system has none that FlowCollect knows. */
export interface ServiceCommandContext {
  readonly keeper: ServiceKeeper | undefined;
  readonly program: OwnProgram;
  /** FlowCollect as it was called. */
  readonly called: string;
  readonly print: (line: string) => void;
}

const DEFAULT_SETTINGS: Readonly<Record<ServiceName, string>> = {
  exporter: 'ClientSetting.ini',
  gateway: 'ServerSetting.ini',
  auditor: 'ServerSetting.ini',
};

/** `flowcollect service install|uninstall|status [exporter|gateway|auditor]`. Throws where something failed. */
export function serviceCommand({ keeper, program, called, print }: ServiceCommandContext): Command {
  const command = new Command('service').description('run a service in the background, from the start of the machine');
  const each = (name: string, about: string): Command =>
    command
      .command(name)
      .description(about)
      .addArgument(new Argument('[service]', 'which').choices(SERVICES).default('exporter'))
      .option('--user', 'for the one who is signed in, without administrator rights');

  each('install', 'install, start, and start again whenever it ends')
    .option('--config <file>', 'the settings file; by default ClientSetting.ini or ServerSetting.ini')
    .action(async (service: ServiceName, { user, config }: { user?: true; config?: string }) => {
      const settings = resolve(config ?? DEFAULT_SETTINGS[service]);
      await access(settings).catch(() => {
        throw new Error(
          `${settings} does not exist; make it with "${called} init ${service === 'exporter' ? 'device' : 'server'}", or name another with --config`,
        );
      });
      finish(await known().install({ service, program, settings, scope: user ? 'user' : 'system' }));
    });
  each('uninstall', 'stop and remove; settings and state stay').action(
    async (service: ServiceName, { user }: { user?: true }) => {
      finish(await known().uninstall(service, user ? 'user' : 'system'));
    },
  );
  each('status', 'whether it runs').action(async (service: ServiceName, { user }: { user?: true }) => {
    finish(await known().status(service, user ? 'user' : 'system'));
  });
  return command;

  function known(): ServiceKeeper {
    if (keeper !== undefined) return keeper;
    throw new Error(
      'this system has neither systemd nor the Task Scheduler; packaging/ has scripts for OpenWrt and Android',
    );
  }

  function finish({ ok, lines }: ServiceOutcome): void {
    if (!ok) throw new Error(lines.join('\n'));
    for (const line of lines) print(line);
  }
}
