import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Argument, Command } from 'commander';
import {
  ArgumentError,
  type Language,
  type Text,
  type Translate,
  textOf,
  translate,
  UserFacingError,
} from '../../core/language.ts';
import type { OwnProgram } from '../../runtime/own-program.ts';
import { COMMANDS } from '../../runtime/texts.ts';
import { SERVICES, type ServiceKeeper, type ServiceName, type ServiceOutcome } from './service-plan.ts';
import { TEXTS } from './texts.ts';

/** What `service` works with; the keeper is undefined where the system has none that FlowCollect knows. */
export interface ServiceCommandContext {
  readonly keeper: ServiceKeeper | undefined;
  readonly program: OwnProgram;
  /** FlowCollect as it was called. */
  readonly called: string;
  readonly print: (line: string) => void;
  readonly translate: Translate;
}

const DEFAULT_SETTINGS: Readonly<Record<ServiceName, string>> = {
  exporter: 'ClientSetting.ini',
  gateway: 'ServerSetting.ini',
  auditor: 'ServerSetting.ini',
};

/** `flowcollect service install|uninstall|status [exporter|gateway|auditor]`. Throws where something failed. */
export function serviceCommand({ keeper, program, called, print, translate }: ServiceCommandContext): Command {
  const command = new Command('service').description(translate(COMMANDS.service));
  const each = (name: string, about: Text): Command =>
    command
      .command(name)
      .description(translate(about))
      .addArgument(new Argument('[service]', translate(TEXTS.which)).argParser(serviceNamed).default('exporter'))
      .option('--user', translate(TEXTS.user));

  each('install', TEXTS.install)
    .option('--config <file>', translate(TEXTS.config))
    .action(async (service: ServiceName, { user, config }: { user?: true; config?: string }) => {
      const settings = resolve(config ?? DEFAULT_SETTINGS[service]);
      await access(settings).catch(() => {
        const init = `${called} init ${service === 'exporter' ? 'device' : 'server'}`;
        throw new UserFacingError(TEXTS.noSettings(settings, init));
      });
      finish(await known().install({ service, program, settings, scope: user ? 'user' : 'system' }));
    });
  each('uninstall', TEXTS.uninstall).action(async (service: ServiceName, { user }: { user?: true }) => {
    finish(await known().uninstall(service, user ? 'user' : 'system'));
  });
  each('status', TEXTS.status).action(async (service: ServiceName, { user }: { user?: true }) => {
    finish(await known().status(service, user ? 'user' : 'system'));
  });
  return command;

  function known(): ServiceKeeper {
    if (keeper !== undefined) return keeper;
    throw new UserFacingError(TEXTS.noKeeper);
  }

  function finish({ ok, lines }: ServiceOutcome): void {
    if (!ok) throw new UserFacingError(textOf((language) => inLines(lines, language)));
    for (const line of lines) print(translate(line));
  }
}

function inLines(texts: readonly Text[], language: Language): string {
  return texts.map((text) => translate(text, language)).join('\n');
}

/** @throws ArgumentError when there is no such service */
function serviceNamed(given: string): ServiceName {
  const found = SERVICES.find((each) => each === given);
  if (found === undefined) throw new ArgumentError(TEXTS.unknownService(given));
  return found;
}
