/** @returns undefined when the text is not whole JSON, which no JSON says */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
