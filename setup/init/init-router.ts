import type { Talk } from '../console.ts';
import { answerServer, askDeviceName } from './init-device.ts';
import { askKernel } from './kernels.ts';
import { initMessages } from './messages.ts';
import type { NextCommands } from './next-commands.ts';
import { openDraft } from './settings-draft.ts';

export interface InitRouter {
  readonly talk: Talk;
  /** Settings of the machine that watches the router. */
  readonly file: string;
  readonly next: NextCommands;
}

/** A full list every second is much for a router's SSH; every 5 s is little less exact. */
const POLL_INTERVAL = '5s';
/** The end of the tunnel that packaging/openwrt/flowcollect-tunnel opens. */
const TUNNEL = 'http://127.0.0.1:19090';

/**
 * Adds a router's kernel to the settings of the machine that watches it: a router that cannot run Node opens an SSH
 * tunnel to it.
 *
 * @returns whether the router's kernel answers already
 * @throws Error where nobody answers
 */
export async function initRouter({ talk, file, next }: InitRouter): Promise<boolean> {
  const words = initMessages(talk.language);
  const draft = await openDraft(file);
  if (draft.existed) talk.say(words.kept(file));
  const name = await askDeviceName(talk, words.routerName, 'router');
  const section = `kernel.${name.replaceAll(/[\]"'=\s]/g, '-')}`;
  const address = await talk.ask(words.kernelAddress, draft.get(section, 'MihomoAPIAddr') ?? TUNNEL);
  const secret = await talk.ask(words.kernelSecret, draft.get(section, 'MihomoSecret') ?? '');
  await answerServer(talk, draft, undefined);
  draft.set('client', 'Language', draft.get('client', 'Language') ?? talk.language);
  draft.set(section, 'DeviceID', name);
  draft.set(section, 'MihomoAPIAddr', address);
  draft.set(section, 'MihomoSecret', secret);
  draft.set(section, 'PollInterval', draft.get(section, 'PollInterval') ?? POLL_INTERVAL);
  await draft.write();
  talk.say(words.written(file));

  const state = await askKernel({ address, secret });
  talk.say(`${address}: ${words.kernelState(state)}`);
  if (state.kind === 'silent') talk.say(words.tunnel(new URL(TUNNEL).port));
  talk.say(words.nextOnDevice(next));
  return state.kind === 'answers';
}
