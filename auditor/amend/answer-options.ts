import { sizeSetting } from '../../core/settings.ts';
import { ArgumentError } from '../../runtime/argument-error.ts';
import { TEXTS } from '../messages/texts.ts';

/** A note is one line of a report. */
const LONGEST_NOTE = 200;
/** What ends a line, is not seen, or turns the direction of the text around it. */
const UNRULY = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;

/** Text such as `300MB` → bytes. @throws ArgumentError */
export function readSize(text: string): number {
  const { data } = sizeSetting().safeParse(text.trim());
  if (data === undefined || !Number.isSafeInteger(data)) throw new ArgumentError(TEXTS.badSize(text));
  return data;
}

/** Text such as `6` or `6.5%` → a share. @throws ArgumentError */
export function readPercent(text: string): number {
  const [, digits] = /^(\d{1,6}(?:\.\d{1,6})?)\s*[%％]?$/.exec(text.trim()) ?? [];
  if (digits === undefined) throw new ArgumentError(TEXTS.badPercent(text));
  return Number(digits) / 100;
}

/** @throws ArgumentError where it is empty, too long, or more than a line */
export function readNote(text: string): string {
  const note = text.trim();
  if (note === '' || UNRULY.test(note) || [...note].length > LONGEST_NOTE) {
    throw new ArgumentError(TEXTS.badNote(LONGEST_NOTE));
  }
  return note;
}
