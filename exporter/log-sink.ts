import type { Text } from '../core/language.ts';
import { errorCode } from '../runtime/error-code.ts';
import type { Files, LineFile } from './host/files.ts';
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

/**
 * A file of lines that are left out while it cannot be written: a full disk must not end the accounting.
 *
 * @param onProblem told once, until writing succeeds again
 */
export function openLineFile(
  files: Files,
  path: string,
  onProblem: (problem: Text) => void,
  largest?: number,
): LineFile {
  const file = files.lineFile(path, largest);
  let failed = false;
  return {
    append(line) {
      try {
        file.append(line);
        failed = false;
      } catch (error) {
        if (!failed) onProblem(TEXTS.unwritableLog(path, errorCode(error)));
        failed = true;
      }
    },
  };
}
