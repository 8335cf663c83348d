import type { IncomingMessage, ServerResponse } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import { parseExposition } from '../core/exposition-parser.ts';
import { serveLoopback } from './loopback.ts';

/** A stand-in for Pushgateway that can be made to fail as the real one does. */
export interface PushgatewayDouble {
  readonly origin: string;
  /** What each group holds, by decoded path such as `user/default/instance/a`. */
  readonly groups: Map<string, string>;
  /** PUTs that arrived, also those that were answered badly. */
  readonly puts: string[];
  /** `lose`: stores the push, then breaks the connection; `silent`: never answers. */
  mode: 'well' | 'decline' | 'lose' | 'silent' | 'error';
  /** Declines this group alone. */
  declined: string | undefined;
  /** As after a restart: another start time, and only what is given. */
  restart(groups?: ReadonlyMap<string, string>): void;
  /** Refuses connections until {@link listen}. */
  unlisten(): Promise<void>;
  listen(): Promise<void>;
  close(): Promise<void>;
}

export async function createPushgatewayDouble(now: () => number): Promise<PushgatewayDouble> {
  const times = new Map<string, number>();
  let starts = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.url === '/api/v1/status') {
      response.end(JSON.stringify({ status: 'success', data: { start_time: `start ${starts}` } }));
      return;
    }
    if (request.url === '/metrics') {
      for (const [group, at] of times) {
        const [, user, , instance] = group.split('/');
        response.write(`push_time_seconds{instance="${instance}",job="flowcollect",user="${user}"} ${at / 1000}\n`);
      }
      response.end();
      return;
    }
    const text = await textOf(request);
    const group = decodeURIComponent((request.url ?? '').replace('/metrics/job/flowcollect/', ''));
    double.puts.push(group);
    if (double.mode === 'silent') return;
    const declines = double.mode === 'decline' || double.declined === group;
    if (declines || double.mode === 'error') {
      response.writeHead(declines ? 400 : 500).end('no');
      return;
    }
    parseExposition(text);
    double.groups.set(group, text);
    times.set(group, now());
    if (double.mode === 'lose') request.socket.destroy();
    else response.writeHead(202).end();
  };
  let listener = await serveLoopback(answer);
  const double: PushgatewayDouble = {
    origin: listener.origin,
    groups: new Map(),
    puts: [],
    mode: 'well',
    declined: undefined,
    restart(groups = new Map()) {
      starts += 1;
      double.groups.clear();
      for (const group of times.keys()) if (!groups.has(group)) times.delete(group);
      for (const [group, text] of groups) double.groups.set(group, text);
    },
    unlisten: () => listener.kill(),
    async listen() {
      listener = await serveLoopback(answer, listener.port);
    },
    close: async () => {
      if (listener.server.listening) await listener.kill();
    },
  };
  return double;
}
