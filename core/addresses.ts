/** How the bytes of a kernel's API travel. */
export interface KernelTransport {
  /** What requests are addressed to, such as `https://192.168.1.1:9443`, with a path in front of theirs, if any; on a socket a name that nobody looks up. */
  readonly origin: string;
  /** A unix socket, or a Windows named pipe, which Node opens the same way; undefined for TCP. */
  readonly socketPath: string | undefined;
}

const PIPE = /^[\\/]{2}\.[\\/]pipe[\\/](.+)$/i;
const SOCKET_PATH = /^\/[^/]/;
/** A path that does not begin at the root, or a socket without one: from which folder, nobody can tell. */
const RELATIVE_PATH = /^[.~@]|^[^:]*\.sock(?:et)?$|^[a-z]:[\\/]|^(?!localhost\/|\d+\/)[^.:\\/]+[\\/]/i;
const PORT_ALONE = /^(https?:\/\/)?:?(\d{1,5})(?=\/|$)/i;
/** Every address, as Mihomo's external-controller may have it: one of them is this machine's own. */
const EVERYWHERE = /(?<=^https?:\/\/)(?:\*|0\.0\.0\.0|\[::\])(?=[:/]|$)/;

/**
 * A kernel's address as people write it, in one spelling: `http://…` or `https://…`, with the path that a proxy has it
 * under, if any (a host or a port may be given alone), `unix:///run/mihomo.sock` (an absolute path may be given alone), or `\\.\pipe\mihomo`.
 *
 * @returns undefined when it is none of them
 */
export function parseKernelAddress(text: string): string | undefined {
  const pipe = PIPE.exec(text)?.[1];
  if (pipe !== undefined) return `\\\\.\\pipe\\${pipe}`;
  if (/^unix:/i.test(text)) {
    const path = text.slice('unix:'.length).replace(/^\/\/(?=\/)/, '');
    return SOCKET_PATH.test(path) ? `unix://${path}` : undefined;
  }
  if (SOCKET_PATH.test(text)) return `unix://${text}`;
  // The page that a kernel serves itself, as copied from a browser.
  const api = text.replace(/\/ui(?:\/.*)?$/, '');
  if (/^[\\/]/.test(api) || RELATIVE_PATH.test(api)) return undefined;
  const address = api.replace(PORT_ALONE, (_, scheme = '', port) => `${scheme}127.0.0.1:${port}`);
  return parseBaseUrl(address)?.replace(EVERYWHERE, '127.0.0.1');
}

/**
 * An http(s) address below which paths are asked, without a slash at its end; its host may be given alone.
 *
 * @returns undefined when it is none, or holds what would not be sent: a name, a password, a query or a fragment
 */
export function parseBaseUrl(text: string): string | undefined {
  const withScheme = text.includes('://') ? text : `http://${text}`;
  if (!URL.canParse(withScheme)) return undefined;
  const { protocol, origin, pathname, search, hash, username, password } = new URL(withScheme);
  if (protocol !== 'http:' && protocol !== 'https:') return undefined;
  if (search !== '' || hash !== '' || username !== '' || password !== '') return undefined;
  return origin + pathname.replace(/\/+$/, '');
}

/** @param address as {@link parseKernelAddress} spells it */
export function kernelTransport(address: string): KernelTransport {
  if (address.startsWith('unix://')) return { origin: 'http://localhost', socketPath: address.slice('unix://'.length) };
  if (address.startsWith('\\\\')) return { origin: 'http://localhost', socketPath: address };
  return { origin: address, socketPath: undefined };
}

/**
 * A listening address as the seed's users write it: `:1234`, `1234` or `127.0.0.1:1234`.
 *
 * @returns undefined when it is none of them
 */
export function parseListenPort(text: string, defaultHost: string): { host: string; port: number } | undefined {
  const match = /^(?:(?:\[([0-9a-f:.]+)\]|([^:[\]\s]*)):)?(\d{1,5})$/i.exec(text.trim());
  const port = Number(match?.[3]);
  if (match === null || !(port <= 65_535)) return undefined;
  const host = match[1] ?? match[2] ?? '';
  return { host: host === '' ? defaultHost : host, port };
}
