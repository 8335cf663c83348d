import type { CommandGroup, CommandSpec, OptionSpec } from '../../core/command.ts';
import {
  ArgumentError,
  type Language,
  type Text,
  textOf,
  translate,
  translateTo,
  UserFacingError,
} from '../../core/language.ts';
import { switchSetting } from '../../core/settings.ts';
import { shellWord } from '../../core/shell-word.ts';
import { settingsPlace } from '../../runtime/settings-place.ts';
import { COMMANDS, TEXTS as COMMON } from '../../runtime/texts.ts';
import type { SetupHost } from '../host.ts';
import { openDraft } from '../settings-draft.ts';
import type { ServiceManager, ServiceName, ServiceOutcome } from './service-plan.ts';
import { TEXTS } from './texts.ts';

/** What `service` works with; the manager is undefined where the system has none that FlowCollect knows. */
interface ServiceCommandContext {
  readonly host: SetupHost;
  readonly manager: ServiceManager | undefined;
  /** Those that this program has. */
  readonly services: readonly ServiceName[];
  readonly print: (line: string) => void;
  readonly language: Language;
  /** Where settings are that are not in this folder, in tests. */
  readonly settingsFolder?: string;
}

interface Options {
  readonly user?: true;
  readonly config?: string;
  readonly json?: true;
}

const DEFAULT_SETTINGS: Readonly<Record<ServiceName, string>> = {
  exporter: 'ClientSetting.ini',
  gateway: 'ServerSetting.ini',
  auditor: 'ServerSetting.ini',
  stack: 'ServerSetting.ini',
};
/** What makes such a file. */
const INIT: Readonly<Record<ServiceName, string>> = {
  exporter: 'device',
  gateway: 'server',
  auditor: 'server',
  stack: 'server --home',
};
const USER: OptionSpec = { flags: '--user', description: TEXTS.user };
const JSON_OUTPUT: OptionSpec = { flags: '--json', description: COMMON.json };
const CONFIG: OptionSpec = { flags: '-c, --config <file>', description: TEXTS.config };

/** `flowcollect service install|uninstall|status [service]`. Throws where something failed. */
export function serviceCommand({
  host,
  manager,
  services,
  print,
  language,
  settingsFolder,
}: ServiceCommandContext): CommandGroup {
  const { files, program, called } = host;
  const names = services.join(' | ');
  const each = (
    name: string,
    description: Text,
    options: readonly OptionSpec[],
    work: (service: ServiceName, options: Options, manager: ServiceManager) => Promise<ServiceOutcome>,
  ): CommandSpec => ({
    name,
    description,
    argument: { name: '[service]', description: TEXTS.which(names) },
    options,
    async run([given = 'exporter'], chosen: Options) {
      const service = services.find((known) => known === given);
      if (service === undefined) throw new ArgumentError(TEXTS.unknownService(given, names));
      if (manager === undefined) throw new UserFacingError(TEXTS.noManager);
      const { ok, lines } = await work(service, chosen, manager);
      const said = lines.map(translateTo(language));
      if (chosen.json === true) print(JSON.stringify({ service, running: ok, said }, undefined, 2));
      if (!ok) throw new UserFacingError(textOf((to) => lines.map((line) => translate(line, to)).join('\n')));
      if (chosen.json !== true) for (const line of said) print(line);
    },
  });
  const scopeOf = ({ user }: Options) => (user === true ? 'user' : 'system');

  return {
    name: 'service',
    description: COMMANDS.service,
    commands: [
      each('install', TEXTS.install, [USER, CONFIG], async (service, options, by) => {
        const isThere = async (path: string): Promise<boolean> => (await files.mode(path)) !== undefined;
        const settings = files.absolute(
          options.config ?? (await settingsPlace(DEFAULT_SETTINGS[service], isThere, settingsFolder)),
        );
        if (!(await isThere(settings))) {
          throw new UserFacingError(TEXTS.noSettings(settings, `${called} init ${INIT[service]}`));
        }
        if (service === 'stack') {
          const demo = (await openDraft(files, settings)).get('stack', 'Demo') ?? '';
          if (switchSetting().safeParse(demo).data !== false) {
            const init = `${called} init ${INIT[service]} --config ${shellWord(settings)}`;
            throw new UserFacingError(TEXTS.simulates(settings, init));
          }
        }
        return by.install({ service, program, settings, scope: scopeOf(options) });
      }),
      each('uninstall', TEXTS.uninstall, [USER], (service, options, by) => by.uninstall(service, scopeOf(options))),
      each('status', TEXTS.status, [USER, JSON_OUTPUT], (service, options, by) => by.status(service, scopeOf(options))),
    ],
  };
}
