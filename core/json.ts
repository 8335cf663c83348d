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

/** The first line of a checked text; the second is what it holds. */
interface Header {
  /** Such as `flowcollect-auditor-state`. */
  readonly format: string;
  readonly version: number;
  /** Of the second line, hexadecimal. */
  readonly sha256: string;
}

/** What a checked text is of, and the highest version that is read and written. */
export interface Format {
  readonly format: string;
  readonly version: number;
}

type Sha256 = (text: string) => string;

/** @param body without a line break, such as JSON */
export function checkedText({ format, version }: Format, body: string, sha256: Sha256): string {
  const header: Header = { format, version, sha256: sha256(body) };
  return `${JSON.stringify(header)}\n${body}\n`;
}

/** What {@link checkedText} was given, or why it is not that any more. */
export function readCheckedText(
  { format, version }: Format,
  text: string,
  sha256: Sha256,
): { readonly ok: true; readonly body: string } | { readonly ok: false; readonly reason: string } {
  const unusable = (reason: string) => ({ ok: false, reason }) as const;
  const [first = '', body = ''] = text.split('\n');
  let header: Partial<Header> | null;
  try {
    header = JSON.parse(first) as Partial<Header> | null;
  } catch {
    return unusable('its first line is not JSON');
  }
  if (header?.format !== format) return unusable(`it is not a ${format}`);
  if (header.version !== version) {
    return unusable(`it has version ${String(header.version)} and this program reads version ${version}`);
  }
  if (header.sha256 !== sha256(body)) return unusable('its checksum does not match: it was cut or edited');
  return { ok: true, body };
}

/** The name that a damaged file gets, whose old one is free then: colons cannot be part of one on Windows. */
export const setAsidePath = (path: string, now: number): string =>
  `${path}.corrupt-${new Date(now).toISOString().replaceAll(/[:.-]/g, '')}`;
