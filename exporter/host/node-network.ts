import { readFile } from 'node:fs/promises';
import type { ClientRequestArgs } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Agent, buildConnector, request } from 'undici';
import { WebSocket } from 'ws';
import { errorCode } from '../../runtime/error-code.ts';
import { headerOfText } from '../../runtime/http.ts';
import type {
  ConnectionFailure,
  HttpClient,
  HttpRequest,
  HttpResult,
  Network,
  OpenWebSocket,
  Peer,
  TrustFailure,
  WebSocketRequest,
} from './network.ts';

const compress = promisify(gzip);

/** Requests by undici and WebSockets by ws, both over the same connections (docs/adr/0017-compare-frames-as-bytes.md). */
export const nodeNetwork: Network = {
  client(peer): HttpClient {
    let alert = '';
    const connector = nodeConnector(peer, (code) => {
      alert = code;
    });
    const timeouts = { headersTimeout: peer.timeout, bodyTimeout: peer.timeout };
    const dispatcher = new Agent({ connect: connector, ...timeouts });
    return {
      async request({
        path,
        headers: own,
        body: content,
        gzip: packs = false,
        ...rest
      }: HttpRequest): Promise<HttpResult> {
        alert = '';
        try {
          const { statusCode, headers, body } = await request(`${peer.origin}${path}`, {
            ...rest,
            headers: { ...asUtf8(own), ...(packs ? { 'content-encoding': 'gzip' } : {}) },
            body: packs && content !== undefined ? await compress(content) : (content ?? null),
            dispatcher,
          });
          const header = (name: string): string | undefined => {
            const value = headers[name];
            return typeof value === 'string' ? value : undefined;
          };
          return { kind: 'answer', status: statusCode, header, body: await body.bytes() };
        } catch (error) {
          if (errorCode(error) === 'UND_ERR_SOCKET' && peer.origin.startsWith('https:')) {
            await delay(ALERT_COMES_MS);
            if (WANTS_CERTIFICATE.test(alert)) {
              return { kind: 'failure', failure: { kind: 'certificate_wanted', code: alert } };
            }
          }
          return { kind: 'failure', failure: failureOf(error) };
        }
      },
      webSocket: (wanted) => openWebSocket(connector, peer, wanted),
      close: () => dispatcher.destroy(),
    };
  },
};

/** Kernels and gateway compare secrets as UTF-8. */
function asUtf8(written: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(written).map(([name, value]) => [name, headerOfText(value)]));
}

function openWebSocket(
  connector: buildConnector.connector,
  { origin }: Peer,
  { path, headers, onOpen, onMessage, onClose }: WebSocketRequest,
): OpenWebSocket {
  const { protocol, host, hostname, port } = new URL(origin);
  let letGo = (): void => {};
  let released = false;
  const createConnection: NonNullable<ClientRequestArgs['createConnection']> = (_, done) => {
    connector({ protocol, host, hostname: hostname.replace(/^\[|\]$/g, ''), port }, (...[error, opened]) => {
      if (error !== null) {
        // Of a connection that failed Node takes the error alone, which its types do not know.
        (done as (error: Error) => void)(error);
        return;
      }
      letGo = () => opened.destroySoon();
      if (released) opened.destroy();
      done(null, opened);
    });
    return undefined;
  };
  // Kernels do not pack their messages; a packed one would need a window of 64 KiB and more for each stream.
  const options = { headers: asUtf8(headers), createConnection, perMessageDeflate: false };
  const socket = new WebSocket(`${origin.replace(/^http/, 'ws')}${path}`, options);
  socket.on('open', onOpen);
  socket.on('message', (message, isBinary) => {
    // Never a list or an ArrayBuffer, since binaryType is what it is at first.
    if (!isBinary && Buffer.isBuffer(message)) onMessage(message);
  });
  // An error is followed by a close; the reason is not told, since a refused upgrade has none.
  socket.on('error', () => {});
  socket.on('close', onClose);
  return {
    close() {
      released = true;
      socket.close();
      letGo();
    },
  };
}

/**
 * Alerts by which a peer refuses the certificate that it was shown, or that none was (RFC 8446, section 6.2); OpenSSL says
 * `handshake failure` of the latter up to TLS 1.2.
 */
const WANTS_CERTIFICATE =
  /^ERR_SSL_.*ALERT_(?:CERTIFICATE_|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|UNKNOWN_CA|HANDSHAKE_FAILURE)/;
/** In TLS 1.3 the alert comes after the handshake, about when the connection ends. */
const ALERT_COMES_MS = 50;

function failureOf(error: unknown): ConnectionFailure {
  const trust = error instanceof TrustError ? error : error instanceof Error ? error.cause : undefined;
  if (trust instanceof TrustError) return trust.reason;
  const code = errorCode(error);
  // A socket that is not there is a program that does not run.
  if (code === 'ECONNREFUSED' || code === 'ENOENT') return { kind: 'refused', code };
  if (code === 'EACCES' || code === 'EPERM') return { kind: 'forbidden', code };
  if (code.startsWith('HPE_') || code === 'HTTPParserError') return { kind: 'not_http', code };
  if (WANTS_CERTIFICATE.test(code)) return { kind: 'certificate_wanted', code };
  // An alert is TLS, such as that of a proxy which has no certificate yet.
  if (code.startsWith('ERR_SSL_') && !code.includes('_ALERT_')) return { kind: 'not_tls', code };
  return { kind: 'unreachable', code };
}

/** A {@link TrustFailure}, as connectors hand it on. */
class TrustError extends Error {
  override readonly name = 'TrustError';
  readonly reason: TrustFailure;

  constructor(reason: TrustFailure) {
    super(reason.kind);
    this.reason = reason;
  }
}

/**
 * Opens connections. Where a trust is given, a TLS connection is handed on only after its certificate was judged: a
 * pinned one must be the one shown, and one that is not pinned, or has a `ca` too, must verify, name included.
 *
 * @param onError told the code of what ends a TLS connection later
 */
function nodeConnector(
  { socketPath, timeout, trust }: Peer,
  onError: (code: string) => void = () => {},
): buildConnector.connector {
  const plain = buildConnector({ timeout, ...(socketPath === undefined ? {} : { socketPath }) });
  if (trust === undefined) return plain;
  const { ca, fingerprint, cert, key } = trust;
  return (options, callback) => {
    if (options.protocol !== 'https:') {
      plain(options, callback);
      return;
    }
    Promise.all([readPem(ca, 'bad_ca'), readPem(cert, 'bad_cert'), readPem(key, 'bad_cert', 'PRIVATE KEY')]).then(
      ([authority, shown, shownKey]) => {
        const secure = buildConnector({
          timeout,
          // A resumed session may not show the certificate again.
          maxCachedSessions: 0,
          // The handshake goes on whatever was shown, so that the judge below can name it; it lets no data pass.
          rejectUnauthorized: false,
          ...(authority === undefined ? {} : { ca: authority }),
          ...(shown === undefined || shownKey === undefined ? {} : { cert: shown, key: shownKey }),
        });
        secure(options, (...[error, socket]) => {
          if (error !== null) {
            callback(error, null);
            return;
          }
          const failure = judge(socket, ca, fingerprint);
          if (failure === undefined) {
            socket.once('error', (later: Error) => onError(errorCode(later)));
            callback(null, socket);
            return;
          }
          socket.destroy();
          callback(new TrustError(failure), null);
        });
      },
      (error: Error) => callback(error, null),
    );
  };
}

function judge(socket: unknown, ca: string | undefined, pinned: string | undefined): TrustFailure | undefined {
  if (!(socket instanceof TLSSocket)) return { kind: 'untrusted', code: 'no TLS', fingerprint: '' };
  const fingerprint = socket.getPeerCertificate().fingerprint256 ?? '';
  if (pinned !== undefined && fingerprint !== pinned) return { kind: 'wrong_fingerprint', fingerprint };
  if ((pinned === undefined || ca !== undefined) && !socket.authorized) {
    return { kind: 'untrusted', code: String(socket.authorizationError), fingerprint };
  }
  return undefined;
}

/** Read at each connection, so that a renewed file is used without a restart. */
async function readPem(
  path: string | undefined,
  kind: 'bad_ca' | 'bad_cert',
  holds = 'CERTIFICATE',
): Promise<string | undefined> {
  if (path === undefined) return undefined;
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new TrustError({ kind, path, code: errorCode(error) });
  }
  if (!text.includes('-----BEGIN ') || !text.includes(`${holds}-----`))
    throw new TrustError({ kind, path, code: 'no PEM' });
  return text;
}
