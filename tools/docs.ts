import { readFileSync, writeFileSync } from 'node:fs';
import { metricsPage } from './metrics-page.ts';
import { settingsPage } from './settings-page.ts';

// Writes the pages of docs/ that are made from code.
const example = readFileSync(new URL('../setting.ini.example', import.meta.url), 'utf8');
for (const [language, ending] of [
  ['en', 'md'],
  ['zh', 'zh-CN.md'],
] as const) {
  writeFileSync(new URL(`../docs/metrics.${ending}`, import.meta.url), metricsPage(language));
  writeFileSync(new URL(`../docs/settings.${ending}`, import.meta.url), settingsPage(example, language));
}
