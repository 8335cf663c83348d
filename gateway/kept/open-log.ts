import { type FileHandle, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, refuseForeignLinks, writeFileAtomic } from '../../runtime/atomic-file.ts';
import { type DiskHealth, setAsidePath } from '../../runtime/health.ts';
import type { Logger } from '../../runtime/logger.ts';
import {
  type AppendOnlyLog,
  applyMove,
  checksum,
  createAppendOnlyLog,
  type LogRecord,
  nameOfLog,
  type Place,
} from './append-only-log.ts';

const LOG_NAME = /^(\d{10})\.log$/;

/**
 * The log in a folder, without what is damaged.
 *
 * @param onSetAside called with what was damaged
 * @throws when the folder cannot be made or read, or nothing can be written there
 */
export async function openAppendOnlyLog(
  folder: string,
  logger: Logger,
  onSetAside: DiskHealth['onSetAside'],
  spareBytes?: number,
): Promise<AppendOnlyLog> {
  await makeFolder(folder, undefined, 0o700);
  const places = new Map<string, Place>();
  const entries = (await readdir(folder, { withFileTypes: true })).filter(({ name }) => LOG_NAME.test(name));
  for (const { name } of entries.filter((each) => each.isDirectory())) {
    const movedTo = setAsidePath(join(folder, name), Date.now());
    await rename(join(folder, name), movedTo);
    logger.error({ movedTo }, 'a folder was in place of the log of pushes; devices push again by themselves');
    onSetAside(join(folder, name), 'a folder is in its place', movedTo);
  }
  const numbers = entries.filter((each) => !each.isDirectory()).map(({ name }) => Number.parseInt(name, 10));
  const number = Math.max(0, ...numbers);
  const path = join(folder, nameOfLog(number));
  let file: FileHandle | undefined;
  let size = 0;
  let isSpoilt = true;
  if (numbers.length > 0) {
    refuseForeignLinks(path);
    const bytes = await readFile(path);
    const { found, end, damaged } = readRecords(bytes);
    // As after a power cut; nobody was told that what follows is kept.
    const isCut = end < bytes.length && damaged.at(-1)?.end !== bytes.length;
    isSpoilt = isCut || damaged.length > 0;
    if (isCut) logger.warn({ file: path, at: end }, 'the log of pushes ends in a record that is not whole');
    if (damaged.length > 0) {
      const movedTo = setAsidePath(path, Date.now());
      await writeFileAtomic(movedTo, Buffer.concat(damaged.map((span) => bytes.subarray(span.at, span.end))));
      logger.error(
        { file: path, at: damaged.map(({ at }) => at).slice(0, 10), movedTo },
        'records of the log of pushes are damaged; they are set aside, the others are kept, and devices push again by themselves',
      );
      onSetAside(path, 'some of its records are damaged', movedTo);
    }
    file = await open(path, 'r+');
    size = end;
    for (const { record, at } of found) {
      if (record.kind === 'put') places.set(record.name, { file, at, length: record.content.length });
      else if (record.kind === 'move') applyMove(places, record.name, record.to);
      else places.delete(record.name);
    }
  }
  // A crash may have come before the one that another took the place of was removed.
  for (const each of numbers) if (each !== number) await rm(join(folder, nameOfLog(each)), { force: true });
  return createAppendOnlyLog({ folder, number, file, size, places, isSpoilt }, logger, spareBytes);
}

/** A record as it is in a log. */
interface FoundRecord {
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
