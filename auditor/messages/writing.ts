import { formatBytes } from '../../core/units.ts';
import type { ReasonCode } from '../verdict/reading.ts';
import type { Interval } from '../verdict/use.ts';
import type { Words } from './report.ts';

/** Reasons as one text, such as `响应里没有流量信息`. */
export function reasonText(words: Words, reasons: readonly { code: ReasonCode; detail?: string }[]): string {
  return reasons.map(({ code, detail }) => words.reasons[code](onOneLine(detail ?? ''))).join(words.separator);
}

const MIB = 2 ** 20;

/** Sizes as texts in one language; what is not a number, or has no end, is never printed as one. */
export interface Figures {
  size(bytes: number | null): string;
  /** One size where both ends read alike. */
  range(interval: Interval): string;
}

export function figuresOf(words: Pick<Words, 'unknown' | 'atLeast'>): Figures {
  const size = (bytes: number | null): string =>
    bytes === null || !Number.isFinite(bytes) ? words.unknown : formatBytes(bytes);
  return {
    size,
    range({ low, high }) {
      if (!Number.isFinite(high)) return Number.isFinite(low) ? words.atLeast(formatBytes(low)) : words.unknown;
      return size(low) === size(high) ? size(low) : `${size(low)}–${size(high)}`;
    },
  };
}

/** Factors such as `2×` or `1.93–2.07×`. */
export function factorText({ low, high }: Interval): string {
  const [least, most] = [rounded(low), rounded(high)];
  return least === most ? `${least}×` : `${least}–${most}×`;
}

const rounded = (factor: number): string => String(Math.round(factor * 100) / 100);

/** A share above or below a whole, such as `+1.8 %`; undefined where that reads as none. */
export function aboveWhole(ratio: number): string | undefined {
  const percent = ((ratio - 1) * 100).toFixed(1);
  if (!Number.isFinite(ratio) || Number(percent) === 0) return undefined;
  return `${Number(percent) > 0 ? '+' : ''}${percent} %`;
}

/** Bytes as `--per-day` takes them. */
export function sizeArgument(bytes: number): string {
  return `${Math.max(1, Math.round(bytes / MIB))}MiB`;
}

/** A name as a shell takes it for one word. */
export function nameArgument(name: string): string {
  return /^[\p{L}\p{N}_.@%+:,/-]+$/u.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
}

/** How sentences, figures and instants are written: in one language and time zone. */
export interface Writing {
  readonly words: Words;
  readonly figures: Figures;
  /** Epoch milliseconds to a day with its time. */
  readonly time: (at: number) => string;
  /** Epoch milliseconds to a day. */
  readonly date: (at: number) => string;
}

/** Longer than any name that tells something: an airport could fill a mail with one. */
const LONGEST = 80;
/** What begins a new line, and what turns the direction of the text around it. */
const UNRULY = /[\s\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu;

/**
 * A name of somebody else's making (nodes, devices, hosts) as people get to see it: on one line, so that it cannot pass
 * for a line of the report, and not endless.
 */
export function shownName(name: string): string {
  const characters = [...onOneLine(name)];
  return characters.length <= LONGEST ? characters.join('') : `${characters.slice(0, LONGEST - 1).join('')}…`;
}

/** A text of somebody else's making, on one line. */
export function onOneLine(text: string): string {
  return text.replace(UNRULY, ' ').trim();
}
