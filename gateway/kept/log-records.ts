import { crc32 } from 'node:zlib';

/** One line of a log of named contents, and for `put` what is put. Names are of `a-z`, `0-9`, `.` and `_`. */
export type LogRecord =
  /** From now on that name has this content. */
  | { readonly kind: 'put'; readonly name: string; readonly content: Uint8Array }
  /** The content has another name now, in place of what had that; nothing where the name is not known. */
  | { readonly kind: 'move'; readonly name: string; readonly to: string }
  | { readonly kind: 'drop'; readonly name: string };

/** A record as it is in a log. */
export interface FoundRecord {
  readonly record: LogRecord;
  /** Where its content begins. */
  readonly at: number;
}

const LINE = /^(put|move|drop) ([a-z0-9._]+)(?: ([a-z0-9._]+))? ([0-9a-f]{8})$/;
const LENGTH = /^\d{1,9}$/;
/** Longer than the line of any record. */
const MAX_LINE = 1024;
const NEWLINE = 0x0a;

/**
 * A record as bytes: `put NAME LENGTH CHECKSUM`, its content and a newline; `move NAME TO CHECKSUM`;
 * `drop NAME CHECKSUM`. The checksum is the CRC-32 of what is before it and of the content.
 *
 * @returns `contentAt`: how many of the bytes stand before the content
 */
export function writeRecord(record: LogRecord): { readonly bytes: Buffer; readonly contentAt: number } {
  const { kind, name } = record;
  if (kind === 'move') return { bytes: lineOf(`move ${name} ${record.to}`), contentAt: 0 };
  if (kind === 'drop') return { bytes: lineOf(`drop ${name}`), contentAt: 0 };
  const head = lineOf(`put ${name} ${record.content.length}`, record.content);
  return { bytes: Buffer.concat([head, record.content, Buffer.from('\n')]), contentAt: head.length };
}

function lineOf(text: string, content?: Uint8Array): Buffer {
  return Buffer.from(`${text} ${checksum(text, content)}\n`);
}

function checksum(text: string, content: Uint8Array = new Uint8Array()): string {
  return crc32(content, crc32(text)).toString(16).padStart(8, '0');
}

/**
 * The records of a log, without those that are damaged: reading goes on where the next whole one begins.
 *
 * @returns `end`: where the last whole record ends; a log that was being written when the power went has a part of one
 *   behind it. `damaged`: what is no record, but for such a part.
 */
export function readRecords(log: Buffer): {
  readonly found: readonly FoundRecord[];
  readonly end: number;
  readonly damaged: readonly { readonly at: number; readonly end: number }[];
} {
  const found: FoundRecord[] = [];
  const damaged: { at: number; end: number }[] = [];
  let end = 0;
  for (let at = 0; at < log.length; ) {
    const next = readRecord(log, at);
    if (next === undefined) {
      at = placeAfter(log, at);
      continue;
    }
    if (at > end) damaged.push({ at: end, end: at });
    found.push(next);
    at = next.end;
    end = at;
  }
  const isCut = log.at(-1) !== NEWLINE || (claimedEnd(log, end) ?? 0) >= log.length;
  if (end < log.length && !isCut) damaged.push({ at: end, end: log.length });
  return { found, end, damaged };
}

/** Where a record may begin after one that is damaged: behind its content, which may read like records, or at a line. */
function placeAfter(log: Buffer, start: number): number {
  const end = claimedEnd(log, start);
  if (end !== undefined && (log[end] === NEWLINE || readRecord(log, end + 1) !== undefined)) return end + 1;
  const newline = log.indexOf(NEWLINE, start);
  return newline < 0 ? log.length : newline + 1;
}

/** Where the content ends of what begins as `put` does there, as its line says. */
function claimedEnd(log: Buffer, start: number): number | undefined {
  const newline = log.subarray(start, start + MAX_LINE).indexOf(NEWLINE);
  const [, kind, , length = ''] = LINE.exec(log.toString('latin1', start, start + Math.max(0, newline))) ?? [];
  return kind === 'put' && LENGTH.test(length) ? start + newline + 1 + Number(length) : undefined;
}

function readRecord(log: Buffer, start: number): (FoundRecord & { readonly end: number }) | undefined {
  const newline = log.subarray(start, start + MAX_LINE).indexOf(NEWLINE);
  if (newline < 0) return undefined;
  const line = log.toString('latin1', start, start + newline);
  const [, kind, name = '', rest = '', sum] = LINE.exec(line) ?? [];
  const at = start + newline + 1;
  const text = line.slice(0, line.lastIndexOf(' '));
  if (kind === 'put' && LENGTH.test(rest)) {
    const end = at + Number(rest);
    const content = log.subarray(at, end);
    if (log[end] !== NEWLINE || sum !== checksum(text, content)) return undefined;
    return { record: { kind, name, content }, at, end: end + 1 };
  }
  if (sum !== checksum(text)) return undefined;
  if (kind === 'move' && rest !== '') return { record: { kind, name, to: rest }, at, end: at };
  if (kind === 'drop' && rest === '') return { record: { kind, name }, at, end: at };
  return undefined;
}
