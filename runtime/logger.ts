import { type DestinationStream, type Logger, pino } from 'pino';
import { CENSOR, type LogLevel, SECRET_FIELDS, serializeError } from './log.ts';

export type { Logger } from 'pino';
export type { LogLevel } from './log.ts';

/**
 * The one logger of a process: JSON lines, a static message with fields. Fields that hold secrets by name are redacted
 * whatever their depth near the top; code must still not pass secrets or URLs with tokens.
 *
 * @param destination where lines go; standard error by default, so that standard output stays for results
 */
export function createLogger(service: string, level: LogLevel, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_FIELDS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: CENSOR },
      serializers: { err: serializeError, error: serializeError },
    },
    destination ?? pino.destination({ dest: 2, sync: true }),
  );
}
