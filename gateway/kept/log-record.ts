import { crc32 } from 'node:zlib';

/** One line of a log of named contents, and for `put` what is put. Names are of `a-z`, `0-9`, `.` and `_`. */
export type LogRecord =
  /** From now on that name has this content. */
  | { readonly kind: 'put'; readonly name: string; readonly content: Uint8Array }
  /** The content has another name now, in place of what had that; nothing where the name is not known. */
  | { readonly kind: 'move'; readonly name: string; readonly to: string }
  | { readonly kind: 'drop'; readonly name: string };

/** A record as it stands in a log. */
export interface FoundRecord {
  readonly record: LogRecord;
  /** Where its content begins. */
  readonly at: number;
}

const LINE =
  /^(?:(put) ([a-z0-9._]+) (\d{1,9})|(move) ([a-z0-9._]+) ([a-z0-9._]+)|(drop) ([a-z0-9._]+)) ([0-9a-f]{8})$/;
/** Longer than the line of any record. */
const MAX_LINE = 1024;
const NEWLINE = 0x0a;

/**
 * A record as bytes: `put NAME LENGTH CHECKSUM`, its content and a newline; `move NAME TO CHECKSUM`;
 * `drop NAME CHECKSUM`. The checksum is the CRC-32 of what stands before it and of the content.
 *
 * @returns the parts to write one after the other; the content is as given, not copied
 */
export function writeRecord(record: LogRecord): Uint8Array[] {
  const { kind, name } = record;
  if (kind === 'move') return [lineOf(`move ${name} ${record.to}`)];
  if (kind === 'drop') return [lineOf(`drop ${name}`)];
  return [lineOf(`put ${name} ${record.content.length}`, record.content), record.content, Buffer.from('\n')];
}

/** How many of a record's bytes stand before its content. */
export function headLength(parts: readonly Uint8Array[]): number {
  return parts[0]?.length ?? 0;
}

function lineOf(text: string, content?: Uint8Array): Buffer {
  return Buffer.from(`${text} ${checksum(text, content)}\n`);
}

function checksum(text: string, content: Uint8Array = new Uint8Array()): string {
  return crc32(content, crc32(text)).toString(16).padStart(8, '0');
}

/**
 * The records of a log up to its end, or to the first that is not whole: a log that was being written when the power
 * went ends in such a one.
 *
 * @returns `end`: how many bytes were read
 */
export function readRecords(log: Buffer): { readonly found: readonly FoundRecord[]; readonly end: number } {
  const found: FoundRecord[] = [];
  let end = 0;
  for (let next = readRecord(log, end); next !== undefined; next = readRecord(log, end)) {
    found.push(next);
    end = next.end;
  }
  return { found, end };
}

function readRecord(log: Buffer, start: number): (FoundRecord & { readonly end: number }) | undefined {
  const newline = log.subarray(start, start + MAX_LINE).indexOf(NEWLINE);
  if (newline < 0) return undefined;
  const line = log.toString('latin1', start, start + newline);
  const [, put, putName, length, move, from, to, drop, dropName, sum] = LINE.exec(line) ?? [];
  const at = start + newline + 1;
  const text = line.slice(0, line.lastIndexOf(' '));
  if (put !== undefined && putName !== undefined) {
    const end = at + Number(length);
    const content = log.subarray(at, end);
    if (log[end] !== NEWLINE || sum !== checksum(text, content)) return undefined;
    return { record: { kind: 'put', name: putName, content }, at, end: end + 1 };
  }
  if (sum === undefined || sum !== checksum(text)) return undefined;
  if (move !== undefined && from !== undefined && to !== undefined)
    return { record: { kind: 'move', name: from, to }, at, end: at };
  if (drop !== undefined && dropName !== undefined) return { record: { kind: 'drop', name: dropName }, at, end: at };
  return undefined;
}
