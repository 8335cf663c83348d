import { deviceIdProblem } from '../../core/device-id.ts';
import { translate, UserFacingError } from '../../core/language.ts';
import { shellWord } from '../../core/shell-word.ts';
import type { KernelAddress } from '../../exporter/kernel/api.ts';
import type { Prompt } from '../console.ts';
import type { SetupHost } from '../host.ts';
import { type Pairing, readPairingCode } from '../pairing-code.ts';
import { isHidden } from '../service/systemd.ts';
import { openDraft, type SettingsDraft } from '../settings-draft.ts';
import { TEXTS as SETUP_TEXTS } from '../texts.ts';
import { askForKernel, untilItAnswers } from './kernel-answers.ts';
import { findKernels, type MihomoPlace } from './kernels.ts';
import { initMessages, type NextCommands, TEXTS } from './texts.ts';

interface InitDevice {
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
  const pairing = code === undefined ? undefined : wholePairing(code, prompt);
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
  prompt.say(words.nextOnDevice(await nextCommands(host, file)));
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
    const last = kernels.length;
    const check = (answer: string) =>
      /^\d+$/.test(answer) && Number(answer) <= last ? undefined : TEXTS.badNumber(last);
    const chosen = kernels[Number(await prompt.ask(words.whichKernel, '1', { check })) - 1];
    if (chosen?.state.kind === 'answers') return chosen;
    if (chosen !== undefined) return untilItAnswers(host, prompt, chosen);
  } else if (written === undefined) prompt.say(words.noneFound);
  return askForKernel(host, prompt, {
    address: written ?? 'http://127.0.0.1:9097',
    secret: draft.get('client', 'MihomoSecret') ?? '',
  });
}

/** @throws Error for a code that is not whole */
export function wholePairing(code: string, { language }: Prompt): Pairing {
  const pairing = readPairingCode(code);
  if (pairing === undefined) throw new Error(initMessages(language).badCode);
  return pairing;
}

/** Asks for the gateway and the token, unless a pairing brought them. */
async function answerServer(prompt: Prompt, draft: SettingsDraft, pairing: Pairing | undefined): Promise<void> {
  const words = initMessages(prompt.language);
  const server = pairing?.server ?? (await prompt.ask(words.serverAddress, draft.get('client', 'RemoteServer')));
  draft.set('client', 'RemoteServer', server);
  draft.set(
    'client',
    'RemoteToken',
    pairing?.token ?? (await prompt.ask(words.token, draft.get('client', 'RemoteToken'), { secret: true })),
  );
}

/** Asks until the name can be a DeviceID. */
export async function askDeviceName(prompt: Prompt, question: string, suggestion: string): Promise<string> {
  for (;;) {
    const name = await prompt.ask(question, suggestion);
    const problem = deviceIdProblem(name);
    if (problem === undefined) return name;
    if (name === suggestion) throw new UserFacingError(SETUP_TEXTS.badName(name, problem));
    prompt.say(translate(problem, prompt.language));
  }
}

/**
 * Commands as the person calls FlowCollect; who is not root installs the service for themselves. A service of the system
 * sees nothing of home folders under systemd: its program is put elsewhere before.
 */
export async function nextCommands(host: SetupHost, file: string): Promise<NextCommands> {
  const { called, machine, program, files } = host;
  const config = `--config ${shellWord(file)}`;
  const isRoot = machine.userId === 0;
  const install = `service install exporter${isRoot ? '' : ' --user'} ${config}`;
  const isUnseen = isRoot && program.args.length === 0 && isHidden(program.command);
  if (!isUnseen || (await files.mode(SYSTEMD)) === undefined) {
    return { now: `${called} exporter ${config}`, background: `${called} ${install}` };
  }
  const sudo = called.startsWith('sudo ') ? 'sudo ' : '';
  const copy = `${sudo}install -m 755 ${shellWord(program.command)} ${SEEN}`;
  return { now: `${called} exporter ${config}`, background: `${copy} && ${sudo}${SEEN} ${install}` };
}

/** What systemd itself takes for the sign that it runs the machine. */
const SYSTEMD = '/run/systemd/system';
const SEEN = '/usr/local/bin/flowcollect';
