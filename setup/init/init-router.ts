import type { Prompt } from '../console.ts';
import type { SetupHost } from '../host.ts';
import { openDraft } from '../settings-draft.ts';
import { askDeviceName, nextCommands, wholePairing } from './init-device.ts';
import { askForKernel } from './kernel-answers.ts';
import { initMessages } from './texts.ts';

interface InitRouter {
  readonly host: SetupHost;
  readonly prompt: Prompt;
  /** Settings of the machine that watches the router. */
  readonly file: string;
  /** From `flowcollect pair`, for the router; it is asked for where it is not given. */
  readonly code?: string | undefined;
  /** Runs `flowcollect doctor` on the file. @returns whether all is well */
  readonly check: (file: string) => Promise<boolean>;
}

/** A full list every second is much for a router's SSH; every 5 s is little less exact. */
const POLL_INTERVAL = '5s';
/** The end of the tunnel that packaging/openwrt/flowcollect-tunnel opens. */
const TUNNEL = 'http://127.0.0.1:19090';

/**
 * Adds a router's kernel to the settings of the machine that watches it, which is over the LAN or by an SSH tunnel that
 * the router opens, and tests them.
 *
 * @returns whether the test found all well
 * @throws Error for a bad pairing code, or where nobody answers
 */
export async function initRouter({ host, prompt, file, code, check }: InitRouter): Promise<boolean> {
  const words = initMessages(prompt.language);
  const draft = await openDraft(host.files, file);
  if (draft.existed) prompt.say(words.kept(file));
  const given = code ?? (await prompt.ask(words.routerCode, ''));
  const pairing = given === '' ? undefined : wholePairing(given, prompt);
  // The token of a pairing is good for that name alone.
  const name = pairing?.deviceId ?? (await askDeviceName(prompt, words.routerName, 'router'));
  const section = `kernel.${name.replaceAll(/[\]"'=\s]/g, '-')}`;
  const { address, secret } = await askForKernel(host, prompt, {
    address: draft.get(section, 'MihomoAPIAddr') ?? TUNNEL,
    secret: draft.get(section, 'MihomoSecret') ?? '',
  });
  // All kernels push to one gateway, which this machine may reach at another address than the router would.
  const server = draft.get('client', 'RemoteServer');
  draft.set('client', 'RemoteServer', server ?? pairing?.server ?? (await prompt.ask(words.serverAddress)));
  if (server !== undefined && pairing !== undefined && server !== pairing.server) {
    prompt.say(words.otherGateway(server, pairing.server));
  }
  const shared = draft.get('client', 'RemoteToken');
  const token =
    pairing?.token ?? (await prompt.ask(words.token, draft.get(section, 'RemoteToken') ?? shared, { secret: true }));
  if (token !== shared) draft.set(section, 'RemoteToken', token);
  draft.set('client', 'Language', draft.get('client', 'Language') ?? prompt.language);
  draft.set(section, 'DeviceID', name);
  draft.set(section, 'MihomoAPIAddr', address);
  draft.set(section, 'MihomoSecret', secret);
  draft.set(section, 'PollInterval', draft.get(section, 'PollInterval') ?? POLL_INTERVAL);
  await draft.write();
  prompt.say(words.written(file));

  prompt.say(words.checking);
  const healthy = await check(file);
  if (!healthy && address === TUNNEL) prompt.say(words.tunnel(new URL(TUNNEL).port));
  prompt.say(words.nextOnDevice(await nextCommands(host, file)));
  return healthy;
}
