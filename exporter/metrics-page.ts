/** One device's metrics, as exposition text. */
export interface DevicePage {
  readonly instance: string;
  readonly text: string;
}

/**
 * One page of several devices' metrics: each family once, with the samples of every device and its name as the label
 * `instance`. A single device's page stays as it is.
 */
export function joinMetrics(pages: readonly DevicePage[]): string {
  const [only] = pages;
  if (pages.length === 1 && only !== undefined) return only.text;
  const families = new Map<string, string[]>();
  for (const { instance, text } of pages) {
    let lines: string[] = [];
    for (const line of text.split('\n')) {
      if (line === '') continue;
      const family = /^# HELP (\S+)/.exec(line)?.[1];
      if (family !== undefined) {
        lines = families.get(family) ?? [];
        families.set(family, lines);
      }
      if (!line.startsWith('#')) lines.push(withInstance(line, instance));
      // HELP and TYPE come with the first device.
      else if (lines.length < 2) lines.push(line);
    }
  }
  return `${[...families.values()].flat().join('\n')}\n`;
}

function withInstance(sample: string, instance: string): string {
  const label = `instance="${instance.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  const [, name = '', rest = ''] = /^([^\s{]+)(.*)$/s.exec(sample) ?? [];
  return rest.startsWith('{') ? `${name}{${label},${rest.slice(1)}` : `${name}{${label}}${rest}`;
}
