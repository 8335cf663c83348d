import { deviceIdProblem } from '../../core/device-id.ts';
import { translate, UserFacingError } from '../../core/language.ts';
import type { KernelAddress } from '../../exporter/kernel/api.ts';
import type { Talk } from '../console.ts';
import { type Pairing, readPairingCode } from '../pairing.ts';
import { TEXTS } from '../texts.ts';
import { findKernels, type MihomoPlace } from './kernels.ts';
import { initMessages } from './messages.ts';
import type { NextCommands } from './next-commands.ts';
import { openDraft, type SettingsDraft } from './settings-draft.ts';

export interface InitDevice {
  readonly talk: Talk;
  /** The settings file to write. */
  readonly file: string;
  readonly places: readonly MihomoPlace[];
  /** From `flowcollect pair`; answers what it holds. */
  readonly code?: string | undefined;
  readonly hostName: string;
  /** Runs `flowcollect doctor` on the file. @returns whether all is well */
  readonly check: (file: string) => Promise<boolean>;
  readonly next: NextCommands;
}

/**
 * Writes a device's settings from what is found and answered, and tests them.
 *
 * @returns whether the test found all well
 * @throws Error for a bad pairing code, or where nobody answers
 */
export async function initDevice(plan: InitDevice): Promise<boolean> {
  const { talk, file, places, code, hostName, check, next } = plan;
  const words = initMessages(talk.language);
  const pairing = code === undefined ? undefined : readPairingCode(code);
  if (code !== undefined && pairing === undefined) throw new Error(words.badCode);
  const draft = await openDraft(file);
  if (draft.existed) talk.say(words.kept(file));

  const kernel = await chooseKernel(talk, draft, places);
  draft.set('client', 'MihomoAPIAddr', kernel.address);
  draft.set('client', 'MihomoSecret', kernel.secret);
  await answerServer(talk, draft, pairing);
  draft.set(
    'client',
    'DeviceID',
    // The token of a pairing is good for that name alone.
    pairing?.deviceId ?? (await askDeviceName(talk, words.deviceName, draft.get('client', 'DeviceID') ?? hostName)),
  );
  draft.set('client', 'Language', draft.get('client', 'Language') ?? talk.language);
  await draft.write();
  talk.say(words.written(file));

  talk.say(words.checking);
  const healthy = await check(file);
  talk.say(words.nextOnDevice(next));
  return healthy;
}

async function chooseKernel(talk: Talk, draft: SettingsDraft, places: readonly MihomoPlace[]): Promise<KernelAddress> {
  const words = initMessages(talk.language);
  const written = draft.get('client', 'MihomoAPIAddr');
  const kernels = written === undefined ? await findKernels(places) : [];
  if (kernels.length > 0) {
    kernels.forEach((kernel, index) => {
      talk.say(words.found(index + 1, kernel));
    });
    const chosen = kernels[Number(await talk.ask(words.whichKernel, '1')) - 1];
    if (chosen !== undefined) return chosen;
  } else if (written === undefined) talk.say(words.noneFound);
  return {
    address: await talk.ask(words.kernelAddress, written ?? 'http://127.0.0.1:9097'),
    secret: await talk.ask(words.kernelSecret, draft.get('client', 'MihomoSecret') ?? ''),
  };
}

/** Asks for the gateway and the token, unless a pairing brought them. */
export async function answerServer(talk: Talk, draft: SettingsDraft, pairing: Pairing | undefined): Promise<void> {
  const words = initMessages(talk.language);
  const server = pairing?.server ?? (await talk.ask(words.serverAddress, draft.get('client', 'RemoteServer')));
  draft.set('client', 'RemoteServer', server);
  draft.set(
    'client',
    'RemoteToken',
    pairing?.token ?? (await talk.ask(words.token, draft.get('client', 'RemoteToken'))),
  );
}

/** Asks until the name can be a DeviceID. */
export async function askDeviceName(talk: Talk, question: string, suggestion: string): Promise<string> {
  for (;;) {
    const name = await talk.ask(question, suggestion);
    const problem = deviceIdProblem(name);
    if (problem === undefined) return name;
    if (name === suggestion) throw new UserFacingError(TEXTS.badName(name, problem));
    talk.say(translate(problem, talk.language));
  }
}
