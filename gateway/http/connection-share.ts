import type { Server, Socket } from 'node:net';
import { networkOf } from '../../runtime/client-address.ts';
import type { Logger } from '../../runtime/logger.ts';

/**
 * Lets a server have so many connections, and each address as many as are free besides: one address alone takes half,
 * and who has none yet always finds one, unless very many addresses join to fill it. There is no number that a proxy, or
 * all the devices behind one router, could run into while others hardly come.
 *
 * What is beyond is closed at once. It is logged once, until the address has no connection any more.
 */
export function shareConnections(server: Server, most: number, logger: Logger): void {
  server.maxConnections = most;
  const open = new Map<string, { count: number; refused: boolean }>();
  let all = 0;
  server.on('connection', (socket: Socket) => {
    const address = networkOf(socket.remoteAddress ?? '');
    const own = open.get(address) ?? { count: 0, refused: false };
    if (own.count >= most - all) {
      if (!own.refused) logger.warn({ from: address, connections: own.count }, 'connections of an address refused');
      own.refused = true;
      socket.destroy();
      return;
    }
    own.count += 1;
    all += 1;
    open.set(address, own);
    socket.once('close', () => {
      own.count -= 1;
      all -= 1;
      if (own.count === 0) open.delete(address);
    });
  });
}
