import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serverFiles } from '../render/files.ts';
import { readRenderSettings } from '../render/settings.ts';

// Writes the files of prometheus/ that docker-compose.yml mounts.
const folder = fileURLToPath(new URL('../prometheus', import.meta.url));
const { settings } = readRenderSettings('containers.ini', readFileSync(`${folder}/containers.ini`, 'utf8'));
for (const { name, content } of serverFiles(settings, folder)) {
  mkdirSync(dirname(`${folder}/${name}`), { recursive: true });
  writeFileSync(`${folder}/${name}`, content);
}
