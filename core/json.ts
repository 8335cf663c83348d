import * as z from 'zod/mini';

const utf8 = new TextDecoder();

/** @returns undefined when the text, or its UTF-8 bytes, is not whole JSON, which no JSON says */
export function parseJson(text: string | Uint8Array): unknown {
  try {
    return JSON.parse(typeof text === 'string' ? text : utf8.decode(text));
  } catch {
    return undefined;
  }
}

/**
 * A JSON object whose keys are names that others choose, as a Map: zod's own record leaves a node called `__proto__`
 * out, and any object has a `constructor`.
 */
export const namedSchema = <T extends z.core.$ZodType>(value: T) =>
  z.pipe(
    z.transform((json: unknown) =>
      typeof json === 'object' && json !== null && !Array.isArray(json) ? new Map(Object.entries(json)) : json,
    ),
    z.map(z.string(), value),
  );
