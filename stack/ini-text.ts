/** Sections by name, each a map of keys to values; a value over several lines keeps its lines. */
export type IniSections = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Writes settings for a service to read. Values must not begin or end with spaces. */
export function renderIni(sections: IniSections): string {
  return Object.entries(sections)
    .map(([name, entries]) => {
      const lines = Object.entries(entries).map(([key, value]) => `${key} = ${value.replaceAll('\n', '\n    ')}`);
      return [`[${name}]`, ...lines, ''].join('\n');
    })
    .join('\n');
}
