import { fileURLToPath } from 'node:url';
import { checkRelease } from './release/check.ts';
import { makeRelease } from './release/make.ts';

// `npm run dist` makes release/; `npm run dist:check` tries what it made.
const root = fileURLToPath(new URL('..', import.meta.url));
const print = (line: string): void => console.log(line);
try {
  await (process.argv.includes('--check') ? checkRelease(root, print) : makeRelease(root, print));
} catch (error) {
  // Left to Node, the message would stand below a line of the whole bundle.
  console.error(error);
  process.exitCode = 1;
}
