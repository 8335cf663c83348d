import { fileURLToPath } from 'node:url';
import { buildPrometheus3, findPrometheus3 } from './prometheus3-programs.ts';

// Has Prometheus 3 for the tests, which run on Debian's Prometheus 2 anyway. Building it takes some ten minutes.
const cache = fileURLToPath(new URL('../.cache', import.meta.url));
try {
  const programs =
    findPrometheus3(cache) ?? (await buildPrometheus3(cache, (step) => process.stdout.write(`${step}\n`)));
  process.stdout.write(`${Object.values(programs).join('\n')}\n`);
} catch (error) {
  const { code, stderr, message } = error as { code?: unknown; stderr?: string; message: string };
  const reason = code === 'ENOENT' ? 'there is no Go to build it with; install it: https://go.dev/dl/' : '';
  process.stderr.write(`Prometheus 3 cannot be built: ${reason || stderr?.trim().split('\n').at(-1) || message}\n`);
  process.exitCode = 1;
}
