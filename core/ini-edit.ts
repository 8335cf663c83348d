import { readIni } from './ini.ts';

/**
 * An INI text with one key of a section set, all else as it was: comments, order, line ends. The section is added at
 * the end where it does not exist, the key below the section's last one where it does not: comments that follow may
 * belong to the next section.
 */
export function setKey(text: string, section: string, key: string, value: string): string {
  const document = readIni(text);
  const newline = /\r\n/.test(text) ? '\r\n' : '\n';
  const lines = text.split(/\r\n|\n|\r/);
  const at = document.lineOf(section, key);
  const header = document.lineOf(section);
  const last = document.lastLineOf(section) ?? 0;
  if (at !== undefined) lines[at - 1] = `${key} = ${value}`;
  else if (header !== undefined) {
    // Behind a value that ends in a comma it would be part of that value.
    lines.splice(lines[last - 1]?.trimEnd().endsWith(',') ? header : last, 0, `${key} = ${value}`);
  } else {
    while (lines.at(-1)?.trim() === '') lines.pop();
    if (lines.length > 0) lines.push('');
    lines.push(`[${section}]`, `${key} = ${value}`, '');
  }
  return lines.join(newline);
}

/** An INI text without one key of a section. */
export function removeKey(text: string, section: string, key: string): string {
  const at = readIni(text).lineOf(section, key);
  if (at === undefined) return text;
  const newline = /\r\n/.test(text) ? '\r\n' : '\n';
  const lines = text.split(/\r\n|\n|\r/);
  lines.splice(at - 1, 1);
  return lines.join(newline);
}
