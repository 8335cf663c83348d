import { readFileSync, writeFileSync } from 'node:fs';
import { metricsPage } from './metrics-page.ts';
import { settingsPage } from './settings-page.ts';

// Writes the pages of docs/ that are made from code.
writeFileSync(new URL('../docs/metrics.md', import.meta.url), metricsPage());
const example = readFileSync(new URL('../setting.ini.example', import.meta.url), 'utf8');
writeFileSync(new URL('../docs/settings.md', import.meta.url), settingsPage(example));
