import { connect, isIPv4, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

const TIMEOUT_MS = 10_000;
/** More than a proxy has to say before it passes on. */
const LONGEST_ANSWER = 16 * 1024;

/** What a proxy did not do: it could not be reached, wants another sign-in, or cannot reach the host that was asked for. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';
  readonly code: 'EPROXY_UNREACHABLE' | 'EPROXY_SIGN_IN' | 'EPROXY_NO_ROUTE';

  /** @param message never holds what signs in to the proxy */
  constructor(code: ProxyError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * A connection to a host through a proxy: by CONNECT (RFC 9110) for `http://` and `https://`, by SOCKS 5 (RFC 1928, 1929)
 * for `socks5://`, which resolves the name itself. What is before the `@` of its address signs in.
 *
 * @throws ProxyError
 */
export async function openTunnel(proxy: URL, host: string, port: number): Promise<Socket> {
  const where = `${proxy.hostname}:${portOf(proxy)}`;
  const socket = await reach(proxy).catch((error: NodeJS.ErrnoException) => {
    throw new ProxyError('EPROXY_UNREACHABLE', `${where} (${error.code ?? 'TLS'})`);
  });
  socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new ProxyError('EPROXY_UNREACHABLE', `${where} (timeout)`)));
  try {
    if (proxy.protocol === 'socks5:') await bySocks(socket, proxy, host, port);
    else await byConnect(socket, proxy, host, port);
  } catch (error) {
    socket.destroy();
    throw error instanceof ProxyError ? error : new ProxyError('EPROXY_UNREACHABLE', `${where} (no answer of a proxy)`);
  }
  socket.setTimeout(0);
  return socket;
}

function portOf({ port, protocol }: URL): number {
  return Number(port) || { 'http:': 80, 'https:': 443 }[protocol] || 1080;
}

function reach(proxy: URL): Promise<Socket> {
  const host = proxy.hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    const socket =
      proxy.protocol === 'https:'
        ? connectTls({ host, port: portOf(proxy), servername: host })
        : connect({ host, port: portOf(proxy) });
    const timer = setTimeout(() => socket.destroy(Object.assign(new Error(), { code: 'ETIMEDOUT' })), TIMEOUT_MS);
    socket.once(proxy.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer);
      socket.off('error', reject);
      resolve(socket);
    });
    socket.once('error', reject);
    socket.once('close', () => clearTimeout(timer));
  });
}

async function byConnect(socket: Socket, { username, password }: URL, host: string, port: number): Promise<void> {
  const name = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const key = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  const signIn = username === '' ? '' : `Proxy-Authorization: Basic ${key}\r\n`;
  socket.write(`CONNECT ${name} HTTP/1.1\r\nHost: ${name}\r\n${signIn}\r\n`);
  const answer = await take(socket, (seen) => {
    const end = seen.indexOf('\r\n\r\n');
    return end === -1 ? undefined : end + 4;
  });
  const status = Number(/^HTTP\/1\.\d (\d{3})/.exec(answer.toString('latin1'))?.[1]);
  // tinyproxy says 401.
  if (status === 407 || status === 401) throw new ProxyError('EPROXY_SIGN_IN', `HTTP ${status}`);
  if (!(status >= 200 && status < 300)) throw new ProxyError('EPROXY_NO_ROUTE', `HTTP ${status}`);
}

const [NO_SIGN_IN, BY_PASSWORD] = [0, 2];
/** Length of the address in an answer, by its type: IPv4, a name that is preceded by its length, IPv6. */
const ADDRESS_LENGTH: Readonly<Record<number, number>> = { 1: 4, 4: 16 };

async function bySocks(socket: Socket, { username, password }: URL, host: string, port: number): Promise<void> {
  const [user, secret] = [Buffer.from(decodeURIComponent(username)), Buffer.from(decodeURIComponent(password))];
  socket.write(Buffer.from(user.length === 0 ? [5, 1, NO_SIGN_IN] : [5, 2, NO_SIGN_IN, BY_PASSWORD]));
  const [version, method] = await take(socket, () => 2);
  if (version !== 5) throw new Error('no SOCKS 5 is spoken there');
  if (method === BY_PASSWORD) {
    socket.write(Buffer.from([1, user.length, ...user, secret.length, ...secret]));
    if ((await take(socket, () => 2))[1] !== 0) throw new ProxyError('EPROXY_SIGN_IN', 'SOCKS');
  } else if (method !== NO_SIGN_IN) throw new ProxyError('EPROXY_SIGN_IN', 'SOCKS');
  const name = Buffer.from(host);
  const address = isIPv4(host) ? [1, ...host.split('.').map(Number)] : [3, name.length, ...name];
  socket.write(Buffer.from([5, 1, 0, ...address, port >> 8, port & 255]));
  const answer = await take(socket, (seen) =>
    seen.length < 5 ? undefined : 6 + (ADDRESS_LENGTH[seen[3] ?? 0] ?? 1 + (seen[4] ?? 0)),
  );
  if (answer[1] !== 0) throw new ProxyError('EPROXY_NO_ROUTE', `SOCKS ${answer[1]}`);
}

/**
 * The beginning of what a socket brings, and not a byte more.
 *
 * @param lengthOf how long it is, once that can be told from what was seen
 */
function take(socket: Socket, lengthOf: (seen: Buffer) => number | undefined): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let seen = Buffer.alloc(0);
    const look = (): void => {
      for (let chunk = socket.read() as Buffer | null; chunk !== null; chunk = socket.read() as Buffer | null) {
        seen = Buffer.concat([seen, chunk]);
      }
      const length = lengthOf(seen);
      if (length !== undefined && seen.length >= length) {
        end();
        if (seen.length > length) socket.unshift(seen.subarray(length));
        resolve(seen.subarray(0, length));
      } else if (seen.length > LONGEST_ANSWER) fail(new Error('the proxy says too much'));
    };
    const fail = (error: Error = new Error('the proxy hung up')): void => {
      end();
      reject(error);
    };
    const hungUp = (): void => fail();
    const end = (): void => {
      socket.off('readable', look).off('error', fail).off('end', hungUp).off('close', hungUp);
    };
    socket.on('readable', look).on('error', fail).on('end', hungUp).on('close', hungUp);
  });
}
