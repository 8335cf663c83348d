import { createServer as createHttp, type Server as HttpServer } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A proxy on loopback. */
export interface LoopbackProxy {
  readonly port: number;
  /** Hosts and ports that it was asked for, in order. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

/** @param signIn what `Proxy-Authorization` must hold, as `name:password` */
export async function startHttpProxy(signIn?: string): Promise<LoopbackProxy> {
  const asked: string[] = [];
  const server = createHttp((_, response) => response.writeHead(405).end());
  server.on('connect', ({ url = '', headers }, client: Socket) => {
    client.on('error', () => undefined);
    const key = signIn === undefined ? undefined : `Basic ${Buffer.from(signIn).toString('base64')}`;
    if (key !== headers['proxy-authorization']) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n');
      return;
    }
    asked.push(url);
    const colon = url.lastIndexOf(':');
    const upstream = connect(Number(url.slice(colon + 1)), url.slice(0, colon));
    upstream.on('connect', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    upstream.on('error', () => client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
  });
  return listening(server, asked);
}

/** SOCKS 5 with names and IPv4. @param signIn `name:password` */
export async function startSocksProxy(signIn?: string): Promise<LoopbackProxy> {
  const asked: string[] = [];
  const server = createServer((client) => {
    client.on('error', () => undefined);
    void serveSocks(client, asked, signIn).catch(() => client.destroy());
  });
  return listening(server, asked);
}

async function serveSocks(client: Socket, asked: string[], signIn: string | undefined): Promise<void> {
  const [, methods = 0] = await bytes(client, 2);
  const offered = await bytes(client, methods);
  const wanted = signIn === undefined ? 0 : 2;
  if (!offered.includes(wanted)) {
    client.end(Buffer.from([5, 255]));
    return;
  }
  client.write(Buffer.from([5, wanted]));
  if (wanted === 2) {
    const part = async (): Promise<string> => (await bytes(client, (await bytes(client, 1))[0] ?? 0)).toString();
    await bytes(client, 1);
    const given = `${await part()}:${await part()}`;
    client.write(Buffer.from([1, given === signIn ? 0 : 1]));
    if (given !== signIn) {
      client.end();
      return;
    }
  }
  const [, , , type = 0] = await bytes(client, 4);
  const host =
    type === 1
      ? (await bytes(client, 4)).join('.')
      : (await bytes(client, (await bytes(client, 1))[0] ?? 0)).toString();
  const port = (await bytes(client, 2)).readUInt16BE();
  asked.push(`${host}:${port}`);
  const answer = (code: number): Buffer => Buffer.from([5, code, 0, 1, 0, 0, 0, 0, 0, 0]);
  const upstream = connect(port, host);
  upstream.on('connect', () => {
    client.write(answer(0));
    upstream.pipe(client).pipe(upstream);
  });
  upstream.on('error', () => client.end(answer(5)));
}

async function bytes(client: Socket, count: number): Promise<Buffer> {
  if (count === 0) return Buffer.alloc(0);
  for (;;) {
    const found = client.read(count) as Buffer | null;
    if (found !== null) return found;
    await new Promise((resolve, reject) => {
      client.once('readable', resolve);
      client.once('close', reject);
    });
  }
}

async function listening(server: HttpServer | Server, asked: readonly string[]): Promise<LoopbackProxy> {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
