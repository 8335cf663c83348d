import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

const LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LEVELS)[number];

/**
 * The one logger of a process: JSON lines, a static message with fields. Fields that hold secrets by name are redacted
 * whatever their depth near the top; code must still not pass secrets or URLs with tokens.
 *
 * @param destination where lines go; standard error by default, so that standard output stays for results
 */
export function createLogger(service: string, level: LogLevel, destination?: DestinationStream): Logger {
  const secrets = ['token', 'secret', 'password', 'pass', 'authorization', 'url'];
  return pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
      serializers: { err: serializeError, error: serializeError },
    },
    destination ?? pino.destination({ dest: 2, sync: true }),
  );
}

/** An error as its message and code only: stacks and the request objects some libraries attach may hold secrets. */
function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const code = (error as { code?: unknown }).code;
  return {
    type: error.name,
    message: error.message,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(error.cause instanceof Error ? { cause: serializeError(error.cause) } : {}),
  };
}
