import { type ClientRequestArgs, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { openTunnel } from './tunnel.ts';

type Connected = (error: Error | null, socket?: Socket) => void;

/** What an HTTP client needs to go through a proxy, whichever the scheme of the address. */
export interface ProxyAgents {
  readonly httpAgent: HttpAgent;
  readonly httpsAgent: HttpsAgent;
}

/**
 * Agents that reach every host through a proxy; TLS is with the host itself, so that the proxy sees nothing of it. One
 * connection a request, none kept. Requests fail with a {@link ProxyError} where the proxy is to blame.
 */
export function proxyAgents(proxy: string): ProxyAgents {
  const address = new URL(proxy);
  const tunnel = ({ host, port }: ClientRequestArgs): Promise<Socket> =>
    openTunnel(address, String(host), Number(port));
  const connecting =
    (through: (options: ClientRequestArgs) => Promise<Socket>) =>
    (options: ClientRequestArgs, connected: Connected): undefined => {
      through(options).then(
        (socket) => connected(null, socket),
        (error: Error) => connected(error),
      );
    };
  const [httpAgent, httpsAgent] = [new HttpAgent(), new HttpsAgent()];
  Object.assign(httpAgent, { createConnection: connecting(tunnel) });
  Object.assign(httpsAgent, {
    createConnection: connecting(async (options) => connectTls({ ...options, socket: await tunnel(options) } as never)),
  });
  return { httpAgent, httpsAgent };
}
