export const LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LEVELS)[number];

/** Names of fields that hold secrets: they are redacted whatever their depth near the top. */
export const SECRET_FIELDS = ['token', 'secret', 'password', 'pass', 'authorization', 'url'];

/** What stands in place of a secret. */
export const CENSOR = '[redacted]';

/** An error as its message and code only: stacks and the request objects some libraries attach may hold secrets. */
export function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const code = (error as { code?: unknown }).code;
  return {
    type: error.name,
    message: error.message,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(error.cause instanceof Error ? { cause: serializeError(error.cause) } : {}),
  };
}
