import { go } from './go.ts';

/**
 * The globals that the exporter takes for granted on every host and the engine does not have, as far as the exporter uses
 * them. To be imported before anything else.
 */

type Listener = () => void;

class Signal {
  aborted = false;
  private readonly listeners = new Set<Listener>();

  addEventListener(_: 'abort', listener: Listener): void {
    this.listeners.add(listener);
  }

  removeEventListener(_: 'abort', listener: Listener): void {
    this.listeners.delete(listener);
  }

  abort(): void {
    if (this.aborted) return;
    this.aborted = true;
    const listeners = [...this.listeners];
    this.listeners.clear();
    for (const listener of listeners) listener();
  }

  static timeout(milliseconds: number): Signal {
    const signal = new Signal();
    setTimeout(() => signal.abort(), milliseconds);
    return signal;
  }

  /** Those that it was made of forget it once it has aborted. */
  static any(signals: readonly Signal[]): Signal {
    const any = new Signal();
    const abort = (): void => {
      for (const signal of signals) signal.removeEventListener('abort', abort);
      any.abort();
    };
    if (signals.some(({ aborted }) => aborted)) any.aborted = true;
    else for (const signal of signals) signal.addEventListener('abort', abort);
    return any;
  }
}

class Controller {
  readonly signal = new Signal();

  abort(): void {
    this.signal.abort();
  }
}

class Decoder {
  private readonly encoding: string;
  private readonly fatal: boolean;

  constructor(encoding = 'utf-8', options: { readonly fatal?: boolean } = {}) {
    this.encoding = encoding;
    this.fatal = options.fatal ?? false;
  }

  decode({ buffer, byteOffset, byteLength }: Uint8Array): string {
    return go.decode(buffer, byteOffset, byteOffset + byteLength, this.encoding, this.fatal);
  }
}

class Encoder {
  encode(text: string): Uint8Array {
    return new Uint8Array(go.encode(text));
  }
}

/** Of Node's Buffer what the decoder of frames works with: comparing and finding bytes is Go's work. */
class ByteArray extends Uint8Array {
  override subarray(from = 0, to = this.length): ByteArray {
    const begin = Math.min(from, this.length);
    const end = Math.max(begin, Math.min(to, this.length));
    return new ByteArray(this.buffer as ArrayBuffer, this.byteOffset + begin, end - begin);
  }

  equals(other: ByteArray): boolean {
    return this.length === other.length && this.compare(other) === 0;
  }

  /** 0 where they are the same; in what order they are otherwise is not told. */
  compare(other: ByteArray, from = 0, to = other.length, at = 0, end = this.length): number {
    const [own, others] = [this.byteOffset, other.byteOffset];
    return go.sameBytes(this.buffer, own + at, own + end, other.buffer, others + from, others + to) ? 0 : 1;
  }

  override indexOf(wanted: unknown, from = 0): number {
    const bytes = wanted as ByteArray;
    const begin = this.byteOffset + Math.min(from, this.length);
    const end = this.byteOffset + this.length;
    const { byteOffset: at, length } = bytes;
    const found = go.indexOf(this.buffer, begin, end, bytes.buffer, at, at + length);
    return found < 0 ? -1 : begin - this.byteOffset + found;
  }

  override lastIndexOf(wanted: unknown): number {
    const bytes = wanted as ByteArray;
    const { byteOffset: at, length } = bytes;
    return go.lastIndexOf(this.buffer, this.byteOffset, this.byteOffset + this.length, bytes.buffer, at, at + length);
  }

  override toString(_ = 'utf8', from = 0, to = this.length): string {
    return go.decode(this.buffer, this.byteOffset + from, this.byteOffset + Math.max(from, to), 'utf-8', false);
  }
}

const ByteArrayAsNode = Object.assign(ByteArray, {
  from(source: string | ArrayBuffer, offset?: number | 'base64url', length?: number): ByteArray {
    if (typeof source !== 'string') return new ByteArray(source, offset as number, length);
    return new ByteArray(offset === 'base64url' ? go.fromBase64(source) : go.encode(source));
  },
  isBuffer: (value: unknown): boolean => value instanceof ByteArray,
});

class Url {
  constructor(text: string) {
    const parts = go.parseUrl(text);
    if (parts === null) throw new TypeError('Invalid URL');
    Object.assign(this, parts);
  }

  static canParse(text: string): boolean {
    return go.parseUrl(text) !== null;
  }
}

/** Of time zones their offsets alone, as `GMT+08:00`. */
class ZoneFormat {
  private readonly zone: string;

  /** @throws where there is no such zone */
  constructor(_: string, { timeZone }: { readonly timeZone: string }) {
    go.zoneOffset(timeZone, 0);
    this.zone = timeZone;
  }

  format(at: number): string {
    const seconds = go.zoneOffset(this.zone, at);
    const parts = [Math.abs(seconds) / 3600, (Math.abs(seconds) / 60) % 60, Math.abs(seconds) % 60];
    const [hours, minutes, rest] = parts.map((part) => String(Math.floor(part)).padStart(2, '0'));
    return `GMT${seconds < 0 ? '-' : '+'}${hours}:${minutes}${rest === '00' ? '' : `:${rest}`}`;
  }
}

Object.assign(globalThis, {
  AbortController: Controller,
  AbortSignal: Signal,
  Buffer: ByteArrayAsNode,
  Intl: { DateTimeFormat: ZoneFormat },
  TextDecoder: Decoder,
  TextEncoder: Encoder,
  URL: Url,
  performance: { now: () => go.now() },
});
