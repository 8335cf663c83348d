import type { Agent, ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { SocksProxyAgent } from 'socks-proxy-agent';

const TIMEOUT_MS = 10_000;

/** What a proxy did not do: it could not be reached, wants another sign-in, or cannot reach the host that was asked for. */
class ProxyError extends Error {
  override readonly name = 'ProxyError';
  readonly code: 'EPROXY_UNREACHABLE' | 'EPROXY_SIGN_IN' | 'EPROXY_NO_ROUTE';

  /** @param message never holds what signs in to the proxy */
  constructor(code: ProxyError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * An agent that reaches every host through a proxy: by CONNECT for `http://` and `https://`, by SOCKS 5 for
 * `socks5://`, which resolves the name itself. TLS is with the host itself, so that the proxy sees nothing of it.
 * Requests fail with a {@link ProxyError} where the proxy is to blame.
 *
 * @param signal ends what is still being connected
 */
export function proxyAgent(proxy: string, signal: AbortSignal): Agent {
  const address = new URL(proxy);
  return address.protocol === 'socks5:' ? new SocksAgent(address) : new ConnectAgent(address, { signal });
}

class ConnectAgent extends HttpsProxyAgent<string> {
  override async connect(
    request: ClientRequest,
    options: Parameters<HttpsProxyAgent<string>['connect']>[1],
  ): Promise<Socket> {
    let status = 0;
    request.once('proxyConnect', ({ statusCode }: { readonly statusCode: number }) => {
      status = statusCode;
    });
    const socket = await within(super.connect(request, options), this.proxy);
    if (status === 200) return socket;
    socket.destroy();
    if (Number.isNaN(status)) throw unreachable(this.proxy, NO_PROXY);
    // tinyproxy says 401.
    throw new ProxyError(status === 407 || status === 401 ? 'EPROXY_SIGN_IN' : 'EPROXY_NO_ROUTE', `HTTP ${status}`);
  }
}

class SocksAgent extends SocksProxyAgent {
  readonly #address: URL;

  constructor(address: URL) {
    // The name that the library has for SOCKS 5 that resolves the name of the host.
    super(address.href.replace('socks5:', 'socks5h:'));
    this.proxy.host = address.hostname.replace(/^\[|\]$/g, '');
    this.#address = address;
  }

  override connect(request: ClientRequest, options: Parameters<SocksProxyAgent['connect']>[1]): Promise<Socket> {
    return within(super.connect(request, options), this.#address);
  }
}

const NO_PROXY = 'no answer of a proxy';

/** @throws ProxyError */
async function within(connecting: Promise<Socket>, proxy: URL): Promise<Socket> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(unreachable(proxy, 'timeout')), TIMEOUT_MS);
  });
  try {
    return await Promise.race([connecting, late]);
  } catch (error) {
    connecting.then(
      (socket) => socket.destroy(),
      () => undefined,
    );
    throw error instanceof ProxyError ? error : proxyErrorOf(error as NodeJS.ErrnoException, proxy);
  } finally {
    clearTimeout(timer);
  }
}

/** The SOCKS library has no codes, only sentences of its own, and the code of the socket in the error's text. */
function proxyErrorOf({ code, message }: NodeJS.ErrnoException, proxy: URL): ProxyError {
  if (/auth/i.test(message)) return new ProxyError('EPROXY_SIGN_IN', 'SOCKS');
  const rejected = /rejected connection - (\w+)/.exec(message)?.[1];
  if (rejected !== undefined) return new ProxyError('EPROXY_NO_ROUTE', `SOCKS ${rejected}`);
  return unreachable(proxy, code ?? /^(?:connect|getaddrinfo) (\w+)/.exec(message)?.[1] ?? NO_PROXY);
}

function unreachable({ hostname, port, protocol }: URL, why: string): ProxyError {
  const at = Number(port) || { 'http:': 80, 'https:': 443 }[protocol] || 1080;
  return new ProxyError('EPROXY_UNREACHABLE', `${hostname}:${at} (${why})`);
}
