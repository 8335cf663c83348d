import { fileURLToPath } from 'node:url';
import { countWalks } from './walks/walks.ts';

// How many files a reader passes on each of the four ways through the project; --files lists them.
const walks = await countWalks(fileURLToPath(new URL('..', import.meta.url)));
for (const { name, files } of walks) {
  console.log(`${name}: ${files.length} files`);
  if (process.argv.includes('--files')) for (const file of files) console.log(`  ${file}`);
}
