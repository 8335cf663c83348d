/** A word that a shell, also Windows' own, takes whole. */
export function shellWord(text: string): string {
  return /^[^\s"'$&|;<>()*?`!#]+$/.test(text) ? text : `"${text}"`;
}
