import type { Draft } from './draft.ts';
import { LOCAL } from './time.ts';

/** The settings file of a household. */
export function settingsOf({ airports, merged }: Draft): string {
  const lines = ['[server]', `Timezone = ${LOCAL.zone}`, `DayEnds = ${LOCAL.dayEnds}`, 'Language = en'];
  for (const { name, settings } of airports) {
    lines.push('', `[airport.${name}]`, `Url = https://${name}.example/link`);
    if (!merged) lines.push(`Providers = ${name}`);
    lines.push(...settings);
  }
  return `${lines.join('\n')}\n`;
}
