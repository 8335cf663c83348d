const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/**
 * Bytes in human units, base 1024 and named so (ADR 24): the word that Grafana and alerts say too.
 *
 * @param bytes a byte count, negative allowed
 * @returns such as `512 B`, `1.50 KiB`, `-3.20 GiB`: whole bytes, else two decimals
 */
export function formatBytes(bytes: number): string {
  let value = Math.abs(bytes);
  let unit = 0;
  // 1023.995 would print as "1024.00": step up where rounding would reach the next unit.
  while (unit < UNITS.length - 1 && value >= (unit === 0 ? 1024 : 1023.995)) {
    value /= 1024;
    unit += 1;
  }
  const text = unit === 0 ? String(Math.round(value)) : value.toFixed(2);
  return `${bytes < 0 && Number(text) !== 0 ? '-' : ''}${text} ${UNITS[unit]}`;
}

/** Bytes a second in the units of {@link formatBytes}, such as `1.50 MiB/s`. */
export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`;
}

/** `1,234,567` without the commas between its thousands; any other text as it is. */
export function ungrouped(text: string): string {
  return /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(text) ? text.replaceAll(',', '') : text;
}

/** A share in per cent without needless decimals: 0.8 is `80`, 0.125 is `12.5`. */
export function percent(share: number): string {
  return String(Math.round(share * 1000) / 10);
}

/**
 * East Asian wide and fullwidth characters, and emoji, which terminals draw over two columns. The letters of which
 * flags are made are not among them: two of them are one flag.
 */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f000}-\u{1f1e5}\u{1f200}-\u{1faff}\u{20000}-\u{3fffd}]/u;
/** Drawn onto the character before: combining marks, joiners, variation selectors. */
const NONE = /[\p{Mn}\p{Me}\p{Cf}]/u;

/** How many columns of a terminal a text takes. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += NONE.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}

/** The text without characters that steer a terminal: names come from whoever runs an airport. */
export function withoutControls(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '\ufffd');
}

/** The text followed (or with `start`, preceded) by spaces up to a width; longer texts stay as they are. */
export function padToWidth(text: string, width: number, side: 'start' | 'end' = 'end'): string {
  const spaces = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return side === 'end' ? text + spaces : spaces + text;
}

/** The text cut to a width, the last column an ellipsis where something was cut. */
export function cutToWidth(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let cut = '';
  for (const character of text) {
    if (displayWidth(cut + character) > width - 1) break;
    cut += character;
  }
  return `${cut}…`;
}

/** The text over as many lines as a width asks for, broken at spaces and between wide characters. */
export function wrapToWidth(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  // A wide character may be broken off at either side; what is between spaces otherwise only where it must.
  for (const piece of text.match(/[^\x21-\x7e]|[\x21-\x7e]+/gu) ?? []) {
    let rest = piece;
    if (displayWidth(line + rest) > width) {
      if (line.trim() !== '') lines.push(line.trimEnd());
      line = '';
      while (displayWidth(rest) > width) {
        lines.push(rest.slice(0, width));
        rest = rest.slice(width);
      }
    }
    if (line !== '' || rest !== ' ') line += rest;
  }
  if (line.trim() !== '') lines.push(line.trimEnd());
  return lines;
}
