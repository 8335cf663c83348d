/**
 * The system's or library's code of a failed request, such as `ECONNREFUSED`: found in its causes too, and in the first
 * of several connection attempts to the addresses of one name. Never the message, which may hold a URL.
 */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const { code, errors } = error as { code?: unknown; errors?: unknown };
  if (typeof code === 'string') return code;
  if (Array.isArray(errors) && errors.length > 0) return errorCode(errors[0]);
  return error.cause === undefined ? error.name : errorCode(error.cause);
}

/** Whether an error says that the process, or the machine, has no file descriptor left (open(2)). */
export const isExhausted = (code: string): boolean => code === 'EMFILE' || code === 'ENFILE';
