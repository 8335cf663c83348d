// Builds one self-contained ESM bundle per service into dist/, so that what one service ships holds nothing of another.
import { existsSync } from 'node:fs';
import { chmod, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const entries = {
  flowcollect: 'cli/main.ts',
  exporter: 'exporter/main.ts',
  gateway: 'gateway/main.ts',
  auditor: 'auditor/main.ts',
  simulator: 'simulator/main.ts',
  stack: 'stack/main.ts',
  grafana: 'grafana/main.ts',
  bench: 'bench/main.ts',
};

await rm(`${root}/dist`, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: Object.fromEntries(Object.entries(entries).filter(([, path]) => existsSync(`${root}/${path}`))),
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  sourcemap: 'linked',
  sourcesContent: false,
  // Bundled CommonJS packages still call require() for Node's own modules, which ESM does not define.
  banner: {
    js: "#!/usr/bin/env node\nimport { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
await chmod(`${root}/dist/flowcollect.mjs`, 0o755);
