/** What the exporter sends to and receives from others, over TCP, TLS, a unix socket or a named pipe. */
export interface Network {
  /** Opens nothing yet: connections are made when they are needed, and kept for the next request. */
  client(peer: Peer): HttpClient;
}

/** Whom to talk to. */
export interface Peer {
  /** Such as `https://192.168.1.1:9443`. */
  readonly origin: string;
  /** A unix socket or Windows named pipe that carries the bytes; over TCP where there is none. */
  readonly socketPath?: string | undefined;
  /**
   * What its certificate is judged by; without it, the host's authorities. With it the certificate is judged after the
   * handshake and before anything is sent, so that a failure can name the certificate that was shown.
   */
  readonly trust?: Trust | undefined;
  /** Milliseconds that connecting, the head of an answer, and each pause within its body may take. */
  readonly timeout: number;
}

/** With neither, the certificate authorities that the host knows. */
export interface Trust {
  /** The path of a PEM file: the certificate authority, or the peer's own certificate. Read at each connection. */
  readonly ca?: string | undefined;
  /** The SHA-256 of the certificate that the peer must show, `AB:CD:…`. */
  readonly fingerprint?: string | undefined;
  /** The paths of PEM files: the certificate to show in turn, where the peer asks for one, and its key. Read as `ca` is. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

export interface HttpClient {
  /** One request; redirects are not followed. It never rejects. */
  request(request: HttpRequest): Promise<HttpResult>;
  /** Opens a WebSocket without compression; what becomes of it is told by the callbacks. */
  webSocket(request: WebSocketRequest): OpenWebSocket;
  /** Ends running requests and closes connections. */
  close(): Promise<void>;
}

export interface HttpRequest {
  /** GET where it is left out. */
  readonly method?: 'GET' | 'PUT';
  /** Path and query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** Packs the body, and says so. */
  readonly gzip?: boolean;
  readonly signal?: AbortSignal;
}

export type HttpResult =
  | {
      readonly kind: 'answer';
      readonly status: number;
      /** A header that came once, by its lower-case name. */
      header(name: string): string | undefined;
      readonly body: Uint8Array;
    }
  | { readonly kind: 'failure'; readonly failure: ConnectionFailure };

export interface WebSocketRequest {
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  onOpen(): void;
  /** The bytes of one text message, which are UTF-8 and not written over afterwards. */
  onMessage(message: Uint8Array): void;
  /** It could not be opened, or has ended, whoever ended it. Called once. */
  onClose(): void;
}

export interface OpenWebSocket {
  /**
   * Sends a close frame and releases the connection once what was written has left: a peer that only writes never reads
   * the closing handshake, and would keep the connection open forever.
   */
  close(): void;
}

/** Why a request had no answer; `code` is the system's, the library's or OpenSSL's. */
export type ConnectionFailure =
  | TrustFailure
  /** Nothing listens there, or the socket does not exist. */
  | { readonly kind: 'refused'; readonly code: string }
  /** The socket is there, but not for this user. */
  | { readonly kind: 'forbidden'; readonly code: string }
  /** What listens there is no HTTP server, or speaks no TLS. */
  | { readonly kind: 'not_http'; readonly code: string }
  | { readonly kind: 'not_tls'; readonly code: string }
  /** Another reason, such as a name that does not resolve or a time-out. */
  | { readonly kind: 'unreachable'; readonly code: string };

/** The other end is not known to be the right one; nothing was sent to it. */
export type TrustFailure =
  /** Its certificate did not verify; what it showed. */
  | { readonly kind: 'untrusted'; readonly code: string; readonly fingerprint: string }
  /** It showed another certificate than the pinned one. */
  | { readonly kind: 'wrong_fingerprint'; readonly fingerprint: string }
  /** The file of the authority cannot be used. */
  | { readonly kind: 'bad_ca'; readonly path: string; readonly code: string }
  /** The certificate to show, or its key, cannot be used. */
  | { readonly kind: 'bad_cert'; readonly path: string; readonly code: string }
  /** The peer wants to be shown a certificate (mTLS), or another one. */
  | { readonly kind: 'certificate_wanted'; readonly code: string };
