import { readFile } from 'node:fs/promises';
import { TLSSocket } from 'node:tls';
import { buildConnector } from 'undici';
import { errorCode } from '../../runtime/error-code.ts';

/** What a kernel's certificate is judged by; with neither, the certificate authorities that Node knows. */
export interface KernelTrust {
  /** The path of a PEM file: the certificate authority, or the kernel's own certificate. */
  readonly ca?: string | undefined;
  /** The SHA-256 of the certificate that the kernel must show, `AB:CD:…`. */
  readonly fingerprint?: string | undefined;
}

/** The kernel at the other end is not known to be the right one; nothing was sent to it. */
export class TrustError extends Error {
  override readonly name = 'TrustError';
  readonly reason: TrustFailure;

  constructor(reason: TrustFailure) {
    super(reason.kind);
    this.reason = reason;
  }
}

export type TrustFailure =
  /** Its certificate did not verify, for OpenSSL's or Node's reason; what it showed. */
  | { readonly kind: 'untrusted'; readonly code: string; readonly fingerprint: string }
  /** It showed another certificate than the pinned one. */
  | { readonly kind: 'wrong_fingerprint'; readonly fingerprint: string }
  /** The file of MihomoCA cannot be used. */
  | { readonly kind: 'bad_ca'; readonly path: string; readonly code: string };

export interface ConnectorOptions extends KernelTrust {
  /** A unix socket or named pipe. */
  readonly socketPath: string | undefined;
  /** Milliseconds. */
  readonly timeout: number;
}

/**
 * Opens connections to a kernel. A TLS connection is handed on only after its certificate was judged: a pinned one must
 * be the one shown, and one that is not pinned, or has a `ca` too, must verify, name included.
 */
export function kernelConnector({ socketPath, timeout, ca, fingerprint }: ConnectorOptions): buildConnector.connector {
  const plain = buildConnector({ timeout, ...(socketPath === undefined ? {} : { socketPath }) });
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
