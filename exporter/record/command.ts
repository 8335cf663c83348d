import type { CommandSpec } from '../../core/command.ts';
import { parseJson } from '../../core/json.ts';
import { ArgumentError, type Language, translateTo } from '../../core/language.ts';
import { durationSetting, issueText } from '../../core/settings.ts';
import { shellWord } from '../../core/shell-word.ts';
import { exporterOf } from '../../runtime/system-service.ts';
import { COMMANDS } from '../../runtime/texts.ts';
import type { DeviceConfig, ExporterConfig } from '../config.ts';
import type { Host } from '../host/host.ts';
import { type KernelApi, kernelAddressOf, openKernelApi } from '../kernel/api.ts';
import { decodeProviders } from '../kernel/decoder/nodes.ts';
import { describeKernelProblem, type KernelProblem } from '../kernel/problem.ts';
import { createRecordingFiles, RecordError, record, recordingPaths } from './recorder.ts';
import { TEXTS } from './texts.ts';

interface RecordOptions {
  readonly config: string;
  readonly device?: string;
  /** Milliseconds. */
  readonly for: number;
  /** Milliseconds. */
  readonly interval: number;
}

/** Of a kernel that knows of no providers. */
const NO_PROVIDERS = '{"providers":{}}';
const DAY_MS = 86_400_000;

const duration = (least: number, most: number) => (text: string) => {
  const read = durationSetting(least, most).safeParse(text);
  if (read.success) return read.data;
  throw new ArgumentError(TEXTS.badDuration(text, issueText(read.error.issues[0]?.message ?? '')));
};

/**
 * `flowcollect record`: writes a kernel's `/connections`, `/logs`, `/proxies` and `/providers/proxies` as `flowcollect replay` reads them, so
 * that anyone can check the accounting on their own traffic.
 *
 * @param readConfig reads the text of a settings file; throws SettingsError
 * @param called FlowCollect as it was called
 * @param ending aborts when the process is asked to end: what was recorded until then is kept
 */
export function recordCommand(
  readConfig: (file: string, text: string) => ExporterConfig,
  print: (text: string) => void,
  { files, clock, network }: Host,
  language: Language,
  called: string,
  ending: () => AbortSignal,
): CommandSpec {
  const translate = translateTo(language);
  return {
    name: 'record',
    description: COMMANDS.record,
    argument: { name: '<name>', description: TEXTS.recordName },
    options: [
      {
        flags: '--for <duration>',
        description: TEXTS.recordFor,
        read: duration(1000, 7 * DAY_MS),
        default: 60_000,
        defaultShown: '60s',
      },
      {
        flags: '--interval <duration>',
        description: TEXTS.recordInterval,
        read: duration(100, 60_000),
        default: 100,
        defaultShown: '100ms',
      },
      { flags: '--device <name>', description: TEXTS.recordDevice },
      { flags: '-c, --config <file>', description: TEXTS.config, default: 'ClientSetting.ini' },
    ],
    async run([name = ''], options: RecordOptions) {
      const { config: path } = options;
      const { devices } = readConfig(files.nameOf(path), await files.readSettings(path));
      const device = chosenDevice(devices, options.device);
      const folder = (await exporterOf(path, files))?.folder ?? files.folderOf(files.absolute(path));
      const api = openKernelApi(network, kernelAddressOf(files, device, folder));
      const failure = (problem: KernelProblem): RecordError =>
        new RecordError(describeKernelProblem(problem, device.MihomoAPIAddr));
      const stop = new AbortController();
      const signal = AbortSignal.any([stop.signal, ending()]);
      /** A kernel that has just started says that it has none, in a way that no replay takes. */
      const readProviders = async (): Promise<string> => {
        for (let attempt = 1; attempt <= 5 && !signal.aborted; attempt += 1) {
          const answer = await readList('/providers/proxies', api, signal, failure).catch(() => NO_PROVIDERS);
          if (isUnderstood(answer)) return answer;
          await clock.sleep(1000, signal);
        }
        return NO_PROVIDERS;
      };
      const paths = recordingPaths(name);
      try {
        const lists = {
          proxies: await readList('/proxies', api, signal, failure),
          providers: await readProviders(),
        };
        const recording = await createRecordingFiles(files, paths, lists, () => stop.abort());
        print(translate(TEXTS.recording(device.DeviceID, Math.round(options.for / 1000))));
        void clock.sleep(options.for, signal).then(() => stop.abort());
        const { frames, logLines, problem } = await record({
          api,
          interval: options.interval,
          clock,
          signal,
          files: recording,
        });
        if (frames === 0) {
          await recording.discard();
          throw problem === undefined ? new RecordError(TEXTS.recordedNothing(device.MihomoAPIAddr)) : failure(problem);
        }
        await recording.close();
        print(translate(TEXTS.recorded(frames, logLines, Object.values(paths).join(translate(TEXTS.comma)))));
      } finally {
        await api.close();
      }
      const [frames, logs, proxies, providers] = [paths.frames, paths.logs, paths.proxies, paths.providers].map(
        shellWord,
      );
      print(`${called} replay ${frames} --logs ${logs} --proxies ${proxies} --providers ${providers}`);
    },
  };
}

function chosenDevice(devices: readonly DeviceConfig[], name: string | undefined): DeviceConfig {
  const device = name === undefined ? devices[0] : devices.find(({ DeviceID }) => DeviceID === name);
  if (device !== undefined) return device;
  throw new ArgumentError(TEXTS.noSuchDevice(name ?? '', devices.map(({ DeviceID }) => DeviceID).join(', ')));
}

function isUnderstood(providers: string): boolean {
  try {
    decodeProviders(parseJson(providers));
    return true;
  } catch {
    return false;
  }
}

/** @throws RecordError where the kernel cannot be read */
async function readList(
  path: string,
  api: KernelApi,
  signal: AbortSignal,
  failure: (problem: KernelProblem) => RecordError,
): Promise<string> {
  const answer = await api.get(path, signal);
  if (answer.kind === 'problem') throw failure(answer.problem);
  return new TextDecoder().decode(answer.value);
}
