const utf8 = new TextDecoder();

/** @returns undefined when the text, or its UTF-8 bytes, is not whole JSON, which no JSON says */
export function parseJson(text: string | Uint8Array): unknown {
  try {
    return JSON.parse(typeof text === 'string' ? text : utf8.decode(text));
  } catch {
    return undefined;
  }
}
