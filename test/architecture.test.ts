import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What each top folder may import besides itself, by its path's beginning. Services meet in core/ and runtime/ only. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  core: [],
  runtime: ['core'],
  exporter: ['core', 'runtime'],
  // The other host of the exporter, and of what sets it up, in Go.
  native: ['core', 'runtime', 'exporter', 'setup'],
  gateway: ['core', 'runtime'],
  auditor: ['core', 'runtime'],
  grafana: ['core'],
  prometheus: ['core'],
  // Gives Grafana the tokens that the gateway keeps the hashes of.
  render: ['core', 'runtime', 'prometheus', 'grafana', 'gateway'],
  // The demo's past is kept by the gateway and audited by the auditor themselves.
  simulator: ['core', 'runtime', 'gateway', 'auditor'],
  // Both ask kernels, by the one client for them (docs/adr/0021-give-the-exporter-its-outside.md).
  stack: ['core', 'runtime', 'prometheus', 'exporter/kernel', 'exporter/host'],
  setup: ['core', 'runtime', 'exporter/kernel', 'exporter/host'],
  cli: ['core', 'runtime'],
  // Walks runs the services between doubles of all that is around them.
  tools: ['core', 'cli', 'render', 'runtime', 'simulator', 'test'],
  // Measures real programs and services between the same doubles as the tests.
  bench: [
    'core',
    'runtime',
    'exporter',
    'gateway',
    'auditor',
    'simulator',
    'grafana',
    'stack',
    'test',
    'tools/release',
  ],
  test: [
    'core',
    'runtime',
    'exporter',
    'gateway',
    'auditor',
    'simulator',
    'grafana',
    'stack',
    'setup',
    'tools',
    'cli',
    'prometheus',
    'render',
  ],
};

/** Folders that do no I/O: no Node module, no clock, no randomness, and of packages only these, which do none either. */
const PURE = ['core', 'exporter/ledger', 'auditor/verdict'];
const PURE_PACKAGES = ['luxon', 'zod', 'zod/mini'];
const IMPURE_CALLS = /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bprocess\.|\bfetch\(|\bset(?:Timeout|Interval)\(/;

/**
 * What the exporter is given by its host: outside these files nothing in exporter/ reaches, through whatever it imports,
 * one of Node's modules, or any package but these, which are small (docs/adr/0021-give-the-exporter-its-outside.md).
 */
const EXPORTER_PACKAGES = ['zod/mini', 'tldts-core'];
/** What native/ takes of setup/ is held to the same, and may read configurations of kernels. */
const COMMAND_PACKAGES = [...EXPORTER_PACKAGES, 'yaml'];
const isNodeSide = (path: string): boolean => path === 'exporter/main.ts' || path.startsWith('exporter/host/node-');

/** Their folders must not import each other in a circle, nor load root files, which put the folders together. */
const SERVICES = ['exporter', 'gateway', 'auditor'];

const NOT_OURS = ['node_modules', 'dist', '.cache', '.git', 'vitest.config.ts'];
const sources = readdirSync(root, { withFileTypes: true })
  .filter(({ name }) => !NOT_OURS.includes(name))
  .flatMap((entry) =>
    entry.isDirectory()
      ? readdirSync(join(root, entry.name), { recursive: true, encoding: 'utf8' }).map((path) => join(entry.name, path))
      : [entry.name],
  )
  .map((path) => path.split(sep).join(posix.sep))
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
const shipped = sources.filter(({ path }) => !path.endsWith('.test.ts'));

function importsOf(text: string): string[] {
  return [...text.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*)(['"])([^'"\n]+)\1/g)].map((match) => match[2] ?? '');
}

/** Modules that a file loads; types are not loaded. */
function loadedBy(text: string): string[] {
  return [...text.matchAll(/^(?:import|export)\s+(?!type\b)(?:(\{[^}]*\}|[\w\s*,]+)\s+from\s+)?'([^']+)'/gm)]
    .filter(([, names = '']) => !/^\{(?:\s*type\s[^,}]+,?)+\s*\}$/.test(names))
    .map(([, , target = '']) => target);
}

/** Paths of the project's files that one imports, types included. */
const pathsOf = (path: string, targets: readonly string[]): string[] =>
  targets.filter((target) => target.startsWith('.')).map((target) => posix.join(dirname(path), target));

/** Folders of a service, and what each imports of the others. */
function foldersOf(service: string): Map<string, Set<string>> {
  const folders = new Map<string, Set<string>>();
  const folderOf = (path: string): string | undefined => /^[^/]+\/([^/]+)\//.exec(path)?.[1];
  for (const { path, text } of shipped.filter((each) => inFolder(each.path, service))) {
    const folder = folderOf(path);
    if (folder === undefined) continue;
    const others = folders.get(folder) ?? new Set();
    for (const target of pathsOf(path, importsOf(text)).filter((each) => inFolder(each, service))) {
      const other = folderOf(target);
      if (other !== undefined && other !== folder) others.add(other);
    }
    folders.set(folder, others);
  }
  return folders;
}

/** A circle in which a folder or file imports itself in the end, or undefined. */
function circleFrom(start: string, imports: ReadonlyMap<string, ReadonlySet<string>>): string[] | undefined {
  const seen = new Set<string>();
  const walk = (at: string, way: readonly string[]): string[] | undefined => {
    for (const next of imports.get(at) ?? []) {
      if (next === start) return [...way, next];
      if (seen.has(next)) continue;
      seen.add(next);
      const circle = walk(next, [...way, next]);
      if (circle !== undefined) return circle;
    }
    return undefined;
  };
  return walk(start, [start]);
}

/** How a file reaches Node or a package that is the host's, as the files on the way; undefined where it does not. */
function wayToHost(path: string, packages: readonly string[], seen = new Set<string>()): string[] | undefined {
  if (seen.has(path)) return undefined;
  seen.add(path);
  for (const target of loadedBy(sources.find((each) => each.path === path)?.text ?? '')) {
    if (target.startsWith('.')) {
      const way = wayToHost(posix.join(dirname(path), target), packages, seen);
      if (way !== undefined) return [path, ...way];
    } else if (!packages.includes(target)) {
      return [path, target];
    }
  }
  return undefined;
}

const inFolder = (path: string, folder: string): boolean => path.startsWith(`${folder}/`);

describe('rules of dependency', () => {
  it('sees the code', () => {
    expect(shipped.length).toBeGreaterThan(10);
  });

  it.each(shipped)('$path imports what its folder may', ({ path, text }) => {
    const top = path.split('/')[0] ?? '';
    const allowed = ALLOWED[top];
    expect(allowed, `folder ${top} has no rule`).toBeDefined();
    for (const target of importsOf(text).filter((each) => each.startsWith('.'))) {
      const resolved = relative(root, join(root, dirname(path), target))
        .split(sep)
        .join(posix.sep);
      const mayImport = [top, ...(allowed ?? [])].some((folder) => inFolder(resolved, folder));
      expect(mayImport, `${path} imports ${resolved}`).toBe(true);
    }
  });

  it.each(SERVICES)('folders of %s import in no circle', (service) => {
    const folders = foldersOf(service);
    expect(folders.size).toBeGreaterThan(3);
    for (const folder of folders.keys()) expect(circleFrom(folder, folders)?.join(' → ')).toBeUndefined();
  });

  const imported = new Map(shipped.map(({ path, text }) => [path, new Set(pathsOf(path, importsOf(text)))]));
  it.each(Object.keys(ALLOWED))('files of %s import in no circle', (top) => {
    for (const path of [...imported.keys()].filter((each) => inFolder(each, top))) {
      expect(circleFrom(path, imported)?.join(' → ')).toBeUndefined();
    }
  });

  it.each(SERVICES)('folders of %s load no root file of it', (service) => {
    for (const { path, text } of shipped.filter(
      (each) => inFolder(each.path, service) && each.path.split('/').length > 2,
    )) {
      const loaded = pathsOf(path, loadedBy(text)).filter((target) => dirname(target) === service);
      expect(loaded, path).toEqual([]);
    }
  });

  it('finds a circle', () => {
    const folders = new Map([
      ['a', new Set(['b'])],
      ['b', new Set(['c', 'd'])],
      ['c', new Set<string>()],
      ['d', new Set(['b'])],
    ]);
    expect(circleFrom('b', folders)).toEqual(['b', 'd', 'b']);
    for (const folder of ['a', 'c']) expect(circleFrom(folder, folders)).toBeUndefined();
  });

  const pure = shipped.filter(({ path }) => PURE.some((folder) => inFolder(path, folder)));
  it.each(pure)('$path does no I/O', ({ path, text }) => {
    for (const target of importsOf(text).filter((each) => !each.startsWith('.'))) {
      expect(target.startsWith('node:') || builtinModules.includes(target), `${path} imports ${target}`).toBe(false);
      expect(PURE_PACKAGES, `${path} imports ${target}`).toContain(target);
    }
    for (const target of importsOf(text).filter((each) => each.startsWith('.'))) {
      const resolved = relative(root, join(root, dirname(path), target))
        .split(sep)
        .join(posix.sep);
      expect(
        PURE.some((folder) => inFolder(resolved, folder)),
        `${path} imports ${resolved}`,
      ).toBe(true);
    }
    expect(text, `${path} reads a clock, chance or the outside`).not.toMatch(IMPURE_CALLS);
  });

  const exporter = shipped.filter(({ path }) => inFolder(path, 'exporter') || inFolder(path, 'native'));
  it.each(exporter.filter(({ path }) => !isNodeSide(path)))('$path takes the outside from its host', ({ path }) =>
    expect(wayToHost(path, path === 'native/commands.ts' ? COMMAND_PACKAGES : EXPORTER_PACKAGES)).toBeUndefined(),
  );

  const services = shipped.filter(({ path }) => !['test', 'bench', 'tools'].some((folder) => inFolder(path, folder)));
  it.each(services)('$path keeps names that others choose in Maps, where one may be called constructor', ({ text }) => {
    expect(text, 'namedSchema of core/json.ts reads every name').not.toMatch(/\bz\.record\(/);
    const objects = [...text.matchAll(/(\w+)\??: (?:Readonly<)?Record<string,/g)].map(([, name]) => name);
    for (const name of objects) expect(text).not.toMatch(new RegExp(`\\b${name}(?:\\?\\.)?\\[(?!'|[A-Z]+[_A-Z]*\\b)`));
  });

  it.each(shipped)('$path leaves environment and arguments to main', ({ path, text }) => {
    if (/(^|\/)main\.ts$/.test(path) || inFolder(path, 'tools')) return;
    expect(text).not.toMatch(/\bprocess\.(env|argv)\b/);
  });
});
