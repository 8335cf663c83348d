import type { Text } from '../../core/language.ts';
import { errorCode } from '../../runtime/error-code.ts';
import type { Files, LineFile } from '../host/host.ts';

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

/** As {@link plainLogLine} begins every line. */
const BEGINNING = /^\d{4}-\d\d-\d\dT[\d:.]+Z [A-Z]+ /;

/**
 * Takes lines into the file that the settings name at the moment. They are left out while it cannot be written: a full
 * disk must not end the accounting.
 *
 * @param path absolute, as of now; undefined while no file is wanted
 * @param onProblem told once, until writing succeeds again
 * @param largest bytes
 */
export function createLineLog(
  files: Files,
  path: () => string | undefined,
  onProblem: (problem: Text) => void,
  largest?: number,
): (line: string) => void {
  const isLog = (beginning: string): boolean => BEGINNING.test(beginning);
  let open: { readonly path: string; readonly file: LineFile; failed: boolean } | undefined;
  return (line) => {
    const wanted = path();
    if (wanted === undefined) return;
    if (open?.path !== wanted) open = { path: wanted, file: files.lineFile(wanted, isLog, largest), failed: false };
    try {
      open.file.append(line);
      open.failed = false;
    } catch (error) {
      const code = errorCode(error);
      if (!open.failed) onProblem(code === 'NOT_A_LOG' ? foreignLog(wanted) : unwritableLog(wanted, code));
      open.failed = true;
    }
  };
}

const unwritableLog = (path: string, code: string): Text => ({
  zh: `日志 ${path} 无法写入（${code}），请腾出磁盘空间，或修改 [client] LocalLogFile`,
  en: `${path} cannot be written (${code}); free the disk or move [client] LocalLogFile`,
});

const foreignLog = (path: string): Text => ({
  zh: `${path} 或 ${path}.1 不是 FlowCollect 写的日志，因此不写日志文件；请移走它，或修改 [client] LocalLogFile`,
  en: `${path} or ${path}.1 is no log of FlowCollect, so no log file is written; move it away or change [client] LocalLogFile`,
});
