import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Text } from '../core/language.ts';
import { errorCode } from '../runtime/error-code.ts';
import { TEXTS } from './texts.ts';

/**
 * A log line as people read it.
 *
 * @param json one line of the logger, already redacted
 * @returns such as `2026-11-23T12:00:00.000Z WARN the kernel cannot be read; trying again problem="…"`
 */
export function plainLogLine(json: string): string {
  let line: Record<string, unknown>;
  try {
    line = JSON.parse(json) as Record<string, unknown>;
  } catch {
    return json.trim();
  }
  const { level, time, service: _service, msg, ...fields } = line;
  const rest = Object.entries(fields).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
  return `${String(time)} ${String(level).toUpperCase()} ${String(msg)}${rest.join('')}`;
}

/** A file of lines that begins anew when it has grown large; one older file is kept as `<path>.1`. */
export interface LineFile {
  append(line: string): void;
}

const LARGEST_BYTES = 5 * 2 ** 20;

/**
 * @param onProblem told once, until writing succeeds again: a full disk must not end the accounting
 */
export function openLineFile(path: string, onProblem: (problem: Text) => void, largest = LARGEST_BYTES): LineFile {
  let failed = false;
  let size: number | undefined;
  return {
    append(line) {
      const text = `${line}\n`;
      try {
        if (size === undefined) {
          mkdirSync(dirname(path), { recursive: true });
          size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
        }
        if (size > 0 && size + Buffer.byteLength(text) > largest) {
          renameSync(path, `${path}.1`);
          size = 0;
        }
        appendFileSync(path, text, { mode: 0o600 });
        size += Buffer.byteLength(text);
        failed = false;
      } catch (error) {
        if (!failed) onProblem(TEXTS.unwritableLog(path, errorCode(error)));
        failed = true;
      }
    },
  };
}
