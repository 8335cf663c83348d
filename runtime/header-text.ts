/** The text of a header, whose bytes Node shows as one character each: UTF-8, or the one-byte characters that others send. */
export function textOfHeader(header: string): string {
  const text = Buffer.from(header, 'latin1').toString('utf8');
  return text.includes('\uFFFD') ? header : text;
}

/** A header that holds a text as UTF-8: Node writes a character as one byte, and refuses those that are none. */
export const headerOfText = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
