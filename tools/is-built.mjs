// Says before `npm start` what is missing where nothing was built yet.
import { existsSync } from 'node:fs';

if (!existsSync(new URL('../dist/flowcollect.mjs', import.meta.url))) {
  console.error('请先在这个目录运行 npm ci\nRun npm ci in this folder first');
  process.exit(1);
}
