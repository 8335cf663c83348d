import type { CommandSpec } from '../../core/command.ts';
import { type Language, type Messages, type Text, textOf, translateTo } from '../../core/language.ts';
import { describeProblem, type SettingsRead } from '../../core/settings.ts';
import { type Finding, printFindings } from '../../runtime/findings.ts';
import { exporterOf, SYSTEM_FOLDERS } from '../../runtime/system-service.ts';
import { COMMANDS, TEXTS as COMMON } from '../../runtime/texts.ts';
import type { ExporterConfig } from '../config.ts';
import type { Host } from '../host/host.ts';
import {
  checkClock,
  checkGateway,
  checkPages,
  checkSettingsMode,
  checkStateAppend,
  checkStateFolder,
  checkToken,
} from './checks.ts';
import { checkKernel } from './kernel-checks.ts';

/** What `flowcollect doctor` says besides what it found. */
export const TEXTS = {
  config: COMMON.config,
  comma: { zh: '、', en: ', ' },
  settingsOf: (file: string, devices: string): Text => ({
    zh: `设置 ${file}，设备 ${devices}`,
    en: `settings ${file}, device ${devices}`,
  }),
} as const satisfies Messages;

/**
 * `flowcollect doctor`: looks at all that the exporter needs and says of each what is wrong and how to fix it.
 * Settings that cannot be read are a SettingsError, other faults an {@link UnhealthyError}.
 *
 * @param readConfig reads the text of a settings file; throws SettingsError
 * @param system where services of the whole system are
 */
export function doctorCommand(
  readConfig: (file: string, text: string) => SettingsRead<ExporterConfig>,
  print: (text: string) => void,
  host: Host,
  language: Language,
  system = SYSTEM_FOLDERS,
): CommandSpec {
  const { files, clock, network } = host;
  const translate = translateTo(language);
  return {
    name: 'doctor',
    description: COMMANDS.doctor,
    options: [
      { flags: '-c, --config <file>', description: TEXTS.config, default: 'ClientSetting.ini' },
      { flags: '--json', description: COMMON.json },
    ],
    async run(_, { config: path, json }: { config: string; json?: boolean }) {
      const file = files.nameOf(path);
      const service = await exporterOf(path, files, system);
      const folder = service?.folder ?? files.folderOf(files.absolute(path));
      const { settings, notices } = readConfig(file, await files.readSettings(path));
      const { StateDir, StateSync, devices } = settings;
      const names = devices.map(({ DeviceID }) => DeviceID).join(translate(TEXTS.comma));
      const exposed = await checkSettingsMode(files, files.absolute(path));
      const findings: Finding[] = [
        { verdict: 'good', text: TEXTS.settingsOf(file, names) },
        ...notices.map(
          (notice): Finding => ({ verdict: 'warning', text: textOf((each) => describeProblem(file, notice, each)) }),
        ),
        ...(exposed === undefined ? [] : [exposed]),
        await checkStateFolder(files, files.absolute(StateDir, folder), 'StateDir', service),
        ...(StateSync === undefined
          ? []
          : [await checkStateFolder(files, files.absolute(StateSync, folder), 'StateSync', service)]),
        await checkStateAppend(files, files.absolute(StateDir, folder), settings),
        await checkPages(host, settings.MetricsListen),
      ];
      const ofDevices = await Promise.all(
        devices.map(async (device) => {
          const own = [
            ...(await checkKernel(host, device, folder)),
            await checkGateway(network, device),
            ...checkToken(device),
          ];
          const name = devices.length > 1 ? `${device.DeviceID}: ` : '';
          return own.map(({ verdict, text }) => ({ verdict, text: textOf((each) => `${name}${text[each]}`) }));
        }),
      );
      findings.push(...ofDevices.flat());
      for (const origin of new Set(devices.map(({ RemoteServer }) => RemoteServer))) {
        const finding = await checkClock(network, origin, clock);
        if (finding !== undefined) findings.push(finding);
      }
      printFindings(findings, print, language, json === true);
    },
  };
}
