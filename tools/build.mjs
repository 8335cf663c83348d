// Builds one self-contained ESM bundle per service into dist/, so that what one service ships holds nothing of another.
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { writtenOutProperties } from './unicode-properties.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const entries = {
  flowcollect: 'cli/main.ts',
  exporter: 'exporter/main.ts',
  gateway: 'gateway/main.ts',
  auditor: 'auditor/main.ts',
  simulator: 'simulator/main.ts',
  stack: 'stack/main.ts',
  setup: 'setup/main.ts',
  render: 'render/main.ts',
  rules: 'tools/rules.ts',
  grafana: 'grafana/main.ts',
  bench: 'bench/main.ts',
  docs: 'tools/docs.ts',
  release: 'tools/release.ts',
  prometheus3: 'tools/prometheus3.ts',
  thanos: 'tools/thanos.ts',
  'release-check': 'test/release-check/main.ts',
  walks: 'bench/walks/main.ts',
};

const dist = `${root}dist`;
const { outputFiles } = await build({
  write: false,
  absWorkingDir: root,
  entryPoints: Object.fromEntries(Object.entries(entries).filter(([, path]) => existsSync(`${root}/${path}`))),
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  // Tools that make releases: they run in a checkout, and are too big or too tied to their own folders to bundle.
  external: ['esbuild', 'postject'],
  alias: JSON.parse(await readFile(`${root}tools/bundle-aliases.json`, 'utf8')),
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  // Names too: source maps give them back (node --enable-source-maps).
  minify: true,
  sourcemap: 'linked',
  sourcesContent: false,
  // Bundled CommonJS packages still call require() for Node's own modules, which ESM does not define.
  banner: {
    js: "#!/usr/bin/env node\nimport { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});

// What the host in Go embeds (native/main.go), where a language engine of 2020 runs it.
await build({
  absWorkingDir: root,
  entryPoints: ['native/exporter.ts', 'native/commands.ts'],
  plugins: [writtenOutProperties],
  outdir: 'native',
  bundle: true,
  platform: 'neutral',
  mainFields: ['module', 'main'],
  target: 'es2020',
  format: 'iife',
  minify: true,
  logLevel: 'warning',
});

// Each file appears whole, and the folder is never empty: services started from dist/ while it is rebuilt find theirs.
await mkdir(dist, { recursive: true });
for (const { path, contents } of outputFiles) {
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, contents);
  if (path === `${dist}/flowcollect.mjs`) await chmod(temporary, 0o755);
  await rename(temporary, path);
}
const built = new Set(outputFiles.map(({ path }) => basename(path)));
for (const name of await readdir(dist)) {
  if (!built.has(name) && !name.endsWith('.tmp')) await rm(`${dist}/${name}`, { recursive: true, force: true });
}
