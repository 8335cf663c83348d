import { dirname } from 'node:path';
import { parseListenPort } from '../core/listen-address.ts';
import { reachableAt } from '../runtime/addresses.ts';
import { writeFileAtomic } from '../runtime/atomic-file.ts';
import type { ListenAddress } from '../runtime/http-listener.ts';
import type { KernelChoice } from './kernel-choice.ts';
import type { RunFolder } from './layout.ts';
import { newSecret } from './secret.ts';
import {
  bareServerSettings,
  demoClientSettings,
  demoServerSettings,
  redirectedClientSettings,
} from './service-settings.ts';
import type { ServerSide } from './settings.ts';
import type { SimulatedWorld } from './simulated-world.ts';

/** The settings files that the services are started with. */
export interface SettledFiles {
  readonly server: string;
  readonly client: string;
  /** Whether the exporter pushes here although its settings name another gateway. */
  readonly redirected: boolean;
  /** Brings an edit of the user's ServerSetting.ini to services that run from a file made of it. */
  follow(edited: ServerSide): Promise<void>;
}

export interface OwnFiles {
  readonly serverPath: string;
  readonly serverExists: boolean;
  readonly clientPath: string;
}

/**
 * Chooses or writes the settings of the services. Files that suit the stack are used as they are, so that edits of
 * them apply while it runs.
 *
 * @param world the simulated one, in a demo
 */
export async function settleFiles(
  choice: KernelChoice,
  side: ServerSide,
  own: OwnFiles,
  folder: RunFolder,
  world: SimulatedWorld | undefined,
): Promise<SettledFiles> {
  const write = async (name: string, text: string): Promise<string> => {
    await writeFileAtomic(folder.in(name), text);
    return folder.in(name);
  };
  const state = folder.in('exporter');
  if (world !== undefined || choice.kind === 'demo') {
    if (world === undefined) throw new Error('a demo needs its simulated world');
    const token = newSecret();
    const metrics = reachableAt(exporterMetricsAddress(choice, own.clientPath));
    const server = (by: ServerSide): Promise<string> =>
      write('ServerSetting.ini', demoServerSettings(by, world, token, folder.in('data')));
    return {
      server: await server(side),
      client: await write('ClientSetting.ini', demoClientSettings(side, world, token, state, metrics)),
      redirected: false,
      async follow(edited) {
        if (own.serverExists) await server(edited);
      },
    };
  }
  const gateway = `http://${reachableAt(side.addresses.gateway)}`;
  const token = side.server.ServerToken ?? choice.client.get('RemoteToken') ?? newSecret();
  const suits = originOf(choice.client.get('RemoteServer')) === gateway && choice.client.get('RemoteToken') === token;
  return {
    server: own.serverExists
      ? own.serverPath
      : await write('ServerSetting.ini', bareServerSettings(side, token, side.dataFolder)),
    client: suits
      ? own.clientPath
      : await write(
          'ClientSetting.ini',
          redirectedClientSettings(choice, dirname(own.clientPath), { gateway, token, state }),
        ),
    redirected: !suits,
    follow: async () => {},
  };
}

/** Where the exporter serves its own metrics. */
export function exporterMetricsAddress(choice: KernelChoice, clientPath: string): ListenAddress {
  const address = parseListenPort(choice.client.get('MetricsListen') ?? '', '127.0.0.1') ?? {
    host: '127.0.0.1',
    port: 9101,
  };
  return { ...address, setting: `[client] MetricsListen in ${clientPath}` };
}

function originOf(address: string | undefined): string | undefined {
  const text = address?.includes('://') === false ? `http://${address}` : (address ?? '');
  return URL.canParse(text) ? new URL(text).origin.replace('//localhost', '//127.0.0.1') : undefined;
}
