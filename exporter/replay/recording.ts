import { UserFacingError } from '../../core/language.ts';
import { errorCode } from '../../runtime/error-code.ts';
import type { Files } from '../host/host.ts';
import { TEXTS } from './texts.ts';

/** One `/connections` message of a recording, as received. */
export interface RecordedMessage {
  /** Epoch milliseconds. */
  readonly t: number;
  readonly text: string;
}

/** One line of the `/logs` stream of a recording. */
export interface RecordedLogLine {
  readonly t: number;
  readonly payload: string;
}

/** A file that is not a recording; the message names file and line. */
export class RecordingError extends UserFacingError {
  override readonly name = 'RecordingError';
}

/** The text of a file, unpacked when it is gzip. */
export async function readRecordedText(files: Pick<Files, 'read' | 'unpack'>, path: string): Promise<string> {
  const utf8 = new TextDecoder();
  let bytes: Uint8Array;
  try {
    bytes = await files.read(path);
  } catch (error) {
    throw new RecordingError(TEXTS.unreadableRecording(path, errorCode(error)), { cause: error });
  }
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return utf8.decode(bytes);
  try {
    return utf8.decode(files.unpack(bytes));
  } catch (error) {
    throw new RecordingError(TEXTS.brokenGzip(path), { cause: error });
  }
}

/**
 * The messages of a recorded stream: one a line, `{"t": epoch-ms}` TAB the message.
 *
 * @throws RecordingError naming file and line
 */
export function parseRecordedMessages(path: string, text: string): RecordedMessage[] {
  const messages: RecordedMessage[] = [];
  text.split('\n').forEach((line, index) => {
    if (line.trim() === '') return;
    const tab = line.indexOf('\t');
    const head = /^\{"t":\s*(\d+)\}$/.exec(line.slice(0, Math.max(0, tab)));
    if (head === null) {
      throw new RecordingError(TEXTS.badRecordingLine(path, index + 1));
    }
    messages.push({ t: Number(head[1]), text: line.slice(tab + 1) });
  });
  if (messages.length === 0) throw new RecordingError(TEXTS.noFrames(path));
  return messages;
}

/**
 * The lines of a recorded log: a JSON list of `{t, type, payload}`.
 *
 * @throws RecordingError naming the file
 */
export function parseRecordedLog(path: string, text: string): RecordedLogLine[] {
  const lines = parseRecordedJson(path, text);
  const isLine = (line: unknown): line is RecordedLogLine =>
    typeof line === 'object' &&
    line !== null &&
    typeof (line as RecordedLogLine).t === 'number' &&
    typeof (line as RecordedLogLine).payload === 'string';
  if (!Array.isArray(lines) || !lines.every(isLine)) {
    throw new RecordingError(TEXTS.badLog(path));
  }
  return lines;
}

/** @throws RecordingError naming the file */
export function parseRecordedJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RecordingError(TEXTS.notJson(path), { cause: error });
  }
}

/** Frames rarely come to the millisecond: one that is this much early still counts for its interval. */
const JITTER_MS = 20;

/**
 * What a poll at an interval would have seen: the first message at least `phase` into the recording, then each at
 * least `interval` (less 20 ms of jitter) after the last one taken, and always the last.
 *
 * @param interval milliseconds
 * @param phase milliseconds
 */
export function sampleMessages(
  messages: readonly RecordedMessage[],
  interval: number,
  phase: number,
): RecordedMessage[] {
  const first = messages[0];
  if (first === undefined) return [];
  const sampled: RecordedMessage[] = [];
  let due = first.t + phase;
  for (const message of messages) {
    if (message.t < due && message !== messages.at(-1)) continue;
    sampled.push(message);
    due = message.t + interval - JITTER_MS;
  }
  return sampled;
}
