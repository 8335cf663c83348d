import { CENSOR, LEVELS, type LogLevel, SECRET_FIELDS, serializeError } from '../runtime/log.ts';
import type { Logger } from '../runtime/logger.ts';

/** A logger that writes what the one of runtime/logger.ts writes, line for line. */
export function createNativeLogger(service: string, write: (line: string) => void): Logger {
  return loggerOf({ service }, 'info', write);
}

function loggerOf(bindings: object, level: LogLevel, write: (line: string) => void): Logger {
  const at =
    (each: LogLevel) =>
    (first: object | string, text?: string): void => {
      if (LEVELS.indexOf(each) < LEVELS.indexOf(logger.level)) return;
      const fields = typeof first === 'string' ? {} : shown(first, 0);
      const msg = typeof first === 'string' ? first : text;
      const time = new Date().toISOString();
      write(
        `${JSON.stringify({ level: each, time, ...bindings, ...fields, ...(msg === undefined ? {} : { msg }) })}\n`,
      );
    };
  const logger = {
    level,
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (more: object) => loggerOf({ ...bindings, ...shown(more, 0) }, logger.level, write),
  };
  return logger as unknown as Logger;
}

/** Fields without their secrets, errors as their message and code. */
function shown(fields: object, depth: number): object {
  const each = ([name, value]: [string, unknown]): [string, unknown] => {
    if (SECRET_FIELDS.includes(name)) return [name, CENSOR];
    if (depth === 0 && (name === 'err' || name === 'error')) return [name, serializeError(value)];
    const isPlain = typeof value === 'object' && value !== null && !Array.isArray(value);
    return [name, isPlain && depth < 2 ? shown(value, depth + 1) : value];
  };
  return Object.fromEntries(Object.entries(fields).map(each));
}
