import { fileURLToPath } from 'node:url';
import { checkRelease } from './check.ts';

// `npm run dist:check`: tries what `npm run dist` made.
try {
  await checkRelease(fileURLToPath(new URL('..', import.meta.url)), (line) => console.log(line));
} catch (error) {
  // Left to Node, the message would stand below a line of the whole bundle.
  console.error(error);
  process.exitCode = 1;
}
