import { readIni } from './ini.ts';

/**
 * What an edit changed, such as `[client] PushInterval`: names alone, since values may be secrets. Keys that came and
 * keys that went are among them; comments, order and spaces are not.
 *
 * @throws IniSyntaxError where one of the texts is none
 */
export function changedKeys(before: string, after: string): string[] {
  const [old, next] = [readIni(before), readIni(after)];
  return [...new Set([...old.sections, ...next.sections])].flatMap((section) => {
    const [was, is] = [old.entries(section), next.entries(section)];
    const keys = new Set([...was.keys(), ...is.keys()]);
    return [...keys].filter((key) => was.get(key) !== is.get(key)).map((key) => `[${section}] ${key}`);
  });
}
