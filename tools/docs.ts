import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { metricsPage } from './metrics-page.ts';
import { namingFiles, releasePlaces, withPlaces } from './release/places.ts';
import { settingsPage } from './settings-page.ts';

// Writes the pages of docs/ that are made from code, and where releases are into all that name it.
const example = readFileSync(new URL('../setting.ini.example', import.meta.url), 'utf8');
for (const [language, ending] of [
  ['en', 'md'],
  ['zh', 'zh-CN.md'],
] as const) {
  writeFileSync(new URL(`../docs/metrics.${ending}`, import.meta.url), metricsPage(language));
  writeFileSync(new URL(`../docs/settings.${ending}`, import.meta.url), settingsPage(example, language));
}

const root = fileURLToPath(new URL('..', import.meta.url));
const places = await releasePlaces(root);
for (const path of (await namingFiles(root)).map((name) => join(root, name))) {
  writeFileSync(path, withPlaces(readFileSync(path, 'utf8'), places));
}
