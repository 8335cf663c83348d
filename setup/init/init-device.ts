import { deviceIdProblem } from '../../core/device-id.ts';
import { translate, UserFacingError } from '../../core/language.ts';
import { shellWord } from '../../core/shell-word.ts';
import type { KernelAddress } from '../../exporter/kernel/api.ts';
import type { Prompt } from '../console.ts';
import type { SetupHost } from '../host.ts';
import { type Pairing, readPairingCode } from '../pairing-code.ts';
import { TEXTS } from '../texts.ts';
import { askKernel, findKernels, type MihomoPlace } from './kernels.ts';
import { openDraft, type SettingsDraft } from './settings-draft.ts';
import { initMessages, type NextCommands } from './texts.ts';

export interface InitDevice {
  readonly host: SetupHost;
  readonly prompt: Prompt;
  /** The settings file to write. */
  readonly file: string;
  readonly places: readonly MihomoPlace[];
  /** From `flowcollect pair`; answers what it holds. */
  readonly code?: string | undefined;
  /** Runs `flowcollect doctor` on the file. @returns whether all is well */
  readonly check: (file: string) => Promise<boolean>;
}

/**
 * Writes a device's settings from what is found and answered, and tests them.
 *
 * @returns whether the test found all well
 * @throws Error for a bad pairing code, or where nobody answers
 */
export async function initDevice(plan: InitDevice): Promise<boolean> {
  const { host, prompt, file, places, code, check } = plan;
  const words = initMessages(prompt.language);
  const pairing = code === undefined ? undefined : readPairingCode(code);
  if (code !== undefined && pairing === undefined) throw new Error(words.badCode);
  const draft = await openDraft(host.files, file);
  if (draft.existed) prompt.say(words.kept(file));

  const kernel = await chooseKernel(host, prompt, draft, places);
  draft.set('client', 'MihomoAPIAddr', kernel.address);
  draft.set('client', 'MihomoSecret', kernel.secret);
  await answerServer(prompt, draft, pairing);
  draft.set(
    'client',
    'DeviceID',
    // The token of a pairing is good for that name alone.
    pairing?.deviceId ??
      (await askDeviceName(prompt, words.deviceName, draft.get('client', 'DeviceID') ?? host.machine.hostname)),
  );
  draft.set('client', 'Language', draft.get('client', 'Language') ?? prompt.language);
  await draft.write();
  prompt.say(words.written(file));

  prompt.say(words.checking);
  const healthy = await check(file);
  prompt.say(words.nextOnDevice(nextCommands(host, file)));
  return healthy;
}

async function chooseKernel(
  host: SetupHost,
  prompt: Prompt,
  draft: SettingsDraft,
  places: readonly MihomoPlace[],
): Promise<KernelAddress> {
  const words = initMessages(prompt.language);
  const written = draft.get('client', 'MihomoAPIAddr');
  const kernels = written === undefined ? await findKernels(host, places) : [];
  if (kernels.length > 0) {
    kernels.forEach((kernel, index) => {
      prompt.say(words.found(index + 1, kernel));
    });
    const chosen = kernels[Number(await prompt.ask(words.whichKernel, '1')) - 1];
    if (chosen !== undefined) return chosen;
  } else if (written === undefined) prompt.say(words.noneFound);
  return {
    address: await prompt.ask(words.kernelAddress, written ?? 'http://127.0.0.1:9097'),
    secret: await prompt.ask(words.kernelSecret, draft.get('client', 'MihomoSecret') ?? ''),
  };
}

/** Asks for the gateway and the token, unless a pairing brought them. */
async function answerServer(prompt: Prompt, draft: SettingsDraft, pairing: Pairing | undefined): Promise<void> {
  const words = initMessages(prompt.language);
  const server = pairing?.server ?? (await prompt.ask(words.serverAddress, draft.get('client', 'RemoteServer')));
  draft.set('client', 'RemoteServer', server);
  draft.set(
    'client',
    'RemoteToken',
    pairing?.token ?? (await prompt.ask(words.token, draft.get('client', 'RemoteToken'))),
  );
}

/** Asks until the name can be a DeviceID. */
async function askDeviceName(prompt: Prompt, question: string, suggestion: string): Promise<string> {
  for (;;) {
    const name = await prompt.ask(question, suggestion);
    const problem = deviceIdProblem(name);
    if (problem === undefined) return name;
    if (name === suggestion) throw new UserFacingError(TEXTS.badName(name, problem));
    prompt.say(translate(problem, prompt.language));
  }
}

export interface InitRouter {
  readonly host: SetupHost;
  readonly prompt: Prompt;
  /** Settings of the machine that watches the router. */
  readonly file: string;
}

/** A full list every second is much for a router's SSH; every 5 s is little less exact. */
const POLL_INTERVAL = '5s';
/** The end of the tunnel that packaging/openwrt/flowcollect-tunnel opens. */
const TUNNEL = 'http://127.0.0.1:19090';

/**
 * Adds a router's kernel to the settings of the machine that watches it: a router on which nothing is to be installed
 * opens an SSH tunnel to it.
 *
 * @returns whether the router's kernel answers already
 * @throws Error where nobody answers
 */
export async function initRouter({ host, prompt, file }: InitRouter): Promise<boolean> {
  const words = initMessages(prompt.language);
  const draft = await openDraft(host.files, file);
  if (draft.existed) prompt.say(words.kept(file));
  const name = await askDeviceName(prompt, words.routerName, 'router');
  const section = `kernel.${name.replaceAll(/[\]"'=\s]/g, '-')}`;
  const address = await prompt.ask(words.kernelAddress, draft.get(section, 'MihomoAPIAddr') ?? TUNNEL);
  const secret = await prompt.ask(words.kernelSecret, draft.get(section, 'MihomoSecret') ?? '');
  await answerServer(prompt, draft, undefined);
  draft.set('client', 'Language', draft.get('client', 'Language') ?? prompt.language);
  draft.set(section, 'DeviceID', name);
  draft.set(section, 'MihomoAPIAddr', address);
  draft.set(section, 'MihomoSecret', secret);
  draft.set(section, 'PollInterval', draft.get(section, 'PollInterval') ?? POLL_INTERVAL);
  await draft.write();
  prompt.say(words.written(file));

  const state = await askKernel(host.network, { address, secret });
  prompt.say(`${address}: ${words.kernelState(state)}`);
  if (state.kind === 'silent') prompt.say(words.tunnel(new URL(TUNNEL).port));
  prompt.say(words.nextOnDevice(nextCommands(host, file)));
  return state.kind === 'answers';
}

/** Commands as the person calls FlowCollect; who is not root installs the service for themselves. */
export function nextCommands({ called, machine }: SetupHost, file: string): NextCommands {
  const config = `--config ${shellWord(file)}`;
  return {
    now: `${called} exporter ${config}`,
    background: `${called} service install exporter${machine.userId === 0 ? '' : ' --user'} ${config}`,
  };
}
