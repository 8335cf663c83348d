import { readFile } from 'node:fs/promises';
import { TLSSocket } from 'node:tls';
import { buildConnector } from 'undici';
import { errorCode } from '../../runtime/error-code.ts';
import type { Peer, TrustFailure } from './network.ts';

/** A {@link TrustFailure}, as connectors hand it on. */
export class TrustError extends Error {
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
 */
export function nodeConnector({ socketPath, timeout, trust }: Peer): buildConnector.connector {
  const plain = buildConnector({ timeout, ...(socketPath === undefined ? {} : { socketPath }) });
  if (trust === undefined) return plain;
  const { ca, fingerprint } = trust;
  return (options, callback) => {
    if (options.protocol !== 'https:') {
      plain(options, callback);
      return;
    }
    readAuthority(ca).then(
      (authority) => {
        const secure = buildConnector({
          timeout,
          // A resumed session may not show the certificate again.
          maxCachedSessions: 0,
          // The handshake goes on whatever was shown, so that the judge below can name it; it lets no data pass.
          rejectUnauthorized: false,
          ...(authority === undefined ? {} : { ca: authority }),
        });
        secure(options, (...[error, socket]) => {
          if (error !== null) {
            callback(error, null);
            return;
          }
          const failure = judge(socket, ca, fingerprint);
          if (failure === undefined) {
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
async function readAuthority(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new TrustError({ kind: 'bad_ca', path, code: errorCode(error) });
  }
  if (!text.includes('-----BEGIN CERTIFICATE-----')) throw new TrustError({ kind: 'bad_ca', path, code: 'no PEM' });
  return text;
}
