import { fileURLToPath } from 'node:url';
import { makeRelease } from './release/make.ts';

// `npm run dist` makes release/; `npm run dist:check` tries what it made (test/release-check/).
try {
  await makeRelease(fileURLToPath(new URL('..', import.meta.url)), (line) => console.log(line));
} catch (error) {
  // Left to Node, the message would stand below a line of the whole bundle.
  console.error(error);
  process.exitCode = 1;
}
