import { builtinModules } from 'node:module';
import { basename, dirname, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { declaredNames, importedNames, importsOf, pathsOf, shipped, sources } from './source-files.ts';

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
  tools: ['core', 'cli', 'render', 'runtime'],
  // Measures real programs and services between the same doubles as the tests.
  bench: [
    'core',
    'runtime',
    'exporter',
    'gateway',
    'auditor',
    'simulator',
    'grafana',
    'render',
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

/** Their root files are the commands, the service and its settings; folders must not load these, which put them together. */
const ROOT_FILES = ['config.ts', 'main.ts', 'service.ts'];
const SERVICES = ['exporter', 'gateway', 'auditor'];

/** Modules that a file loads; types are not loaded. */
function loadedBy(text: string): string[] {
  return [...text.matchAll(/^(?:import|export)\s+(?!type\b)(?:(\{[^}]*\}|[\w\s*,]+)\s+from\s+)?'([^']+)'/gm)]
    .filter(([, names = '']) => !/^\{(?:\s*type\s[^,}]+,?)+\s*\}$/.test(names))
    .map(([, , target = '']) => target);
}

/** Folders directly below one, and what each imports of the others; `''` is the root. */
function foldersOf(parent: string): Map<string, Set<string>> {
  const folders = new Map<string, Set<string>>();
  const folderOf = (path: string): string | undefined =>
    path.startsWith(parent) ? /^([^/]+)\//.exec(path.slice(parent.length))?.[1] : undefined;
  for (const { path, text } of shipped) {
    const folder = folderOf(path);
    if (folder === undefined) continue;
    const others = folders.get(folder) ?? new Set();
    for (const target of pathsOf(path, importsOf(text))) {
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
    for (const resolved of pathsOf(path, importsOf(text))) {
      const mayImport = [top, ...(allowed ?? [])].some((folder) => inFolder(resolved, folder));
      expect(mayImport, `${path} imports ${resolved}`).toBe(true);
    }
  });

  it.each(Object.keys(ALLOWED))('folders of %s import in no circle', (top) => {
    const folders = foldersOf(`${top}/`);
    for (const folder of folders.keys()) expect(circleFrom(folder, folders)?.join(' → ')).toBeUndefined();
  });

  it('top folders import in no circle', () => {
    const folders = foldersOf('');
    expect([...folders.keys()].sort()).toEqual(Object.keys(ALLOWED).sort());
    for (const folder of folders.keys()) expect(circleFrom(folder, folders)?.join(' → ')).toBeUndefined();
  });

  const imported = new Map(shipped.map(({ path, text }) => [path, new Set(pathsOf(path, importsOf(text)))]));
  it.each(Object.keys(ALLOWED))('files of %s import in no circle', (top) => {
    for (const path of [...imported.keys()].filter((each) => inFolder(each, top))) {
      expect(circleFrom(path, imported)?.join(' → ')).toBeUndefined();
    }
  });

  it.each(SERVICES)('%s has all but main, service and config in folders', (service) => {
    const atRoot = shipped.filter(({ path }) => dirname(path) === service).map(({ path }) => basename(path));
    expect(atRoot.sort()).toEqual(ROOT_FILES);
  });

  it.each(SERVICES)('folders of %s load no root file of it', (service) => {
    for (const { path, text } of shipped.filter(
      (each) => inFolder(each.path, service) && each.path.split('/').length > 2,
    )) {
      const loaded = pathsOf(path, loadedBy(text)).filter((target) => dirname(target) === service);
      expect(loaded, path).toEqual([]);
    }
  });

  const used = new Set(sources.flatMap(importedNames));
  // Bundles are started by `run`, and texts.test.ts loads all tables of texts.
  it.each(shipped)('$path exports what another file imports', ({ path, text }) => {
    const unused = declaredNames({ text }).filter(({ exported, name }) => exported && !used.has(`${path} ${name}`));
    const names = unused.map(({ name }) => name);
    expect(names.filter((name) => name !== 'TEXTS' && !(name === 'run' && path.endsWith('/main.ts')))).toEqual([]);
  });

  const product = shipped.filter(({ path }) => !['test', 'bench', 'tools'].some((folder) => inFolder(path, folder)));
  const declared = product.flatMap(({ path, text }) => declaredNames({ text }).map((each) => ({ ...each, path })));
  const repeated = (names: readonly string[]): string[] => names.filter((name, index) => names.indexOf(name) < index);

  it('exports no two things of one name', () => {
    // Each main, and what Go gives the exporter in the place of Node, are alike on purpose.
    const alike = ['TEXTS', 'run', 'serviceSignals'];
    const names = declared.filter(({ exported }) => exported).map(({ name }) => name);
    expect(repeated(names).filter((name) => !alike.includes(name))).toEqual([]);
  });

  it.each(Object.keys(ALLOWED).filter((top) => product.some(({ path }) => inFolder(path, top))))(
    'types of %s, and of what all share, have a name each',
    (top) => {
      const types = declared.filter(
        ({ type, path }) => type && [top, 'core', 'runtime'].some((each) => inFolder(path, each)),
      );
      expect(repeated(types.map(({ name }) => name))).toEqual([]);
    },
  );

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
    for (const resolved of pathsOf(path, importsOf(text))) {
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

  it.each(product)('$path keeps names that others choose in Maps, where one may be called constructor', ({ text }) => {
    expect(text, 'namedSchema of core/json.ts reads every name').not.toMatch(/\bz\.record\(/);
    const objects = [...text.matchAll(/(\w+)\??: (?:Readonly<)?Record<string,/g)].map(([, name]) => name);
    for (const name of objects) expect(text).not.toMatch(new RegExp(`\\b${name}(?:\\?\\.)?\\[(?!'|[A-Z]+[_A-Z]*\\b)`));
  });

  // Releases are asked for through the proxy that the environment names, Telegram through that of the settings.
  const ownTransport = ['runtime/http.ts', 'setup/release-feed.ts', 'auditor/telegram/bot.ts'];
  it.each(product.filter(({ path }) => !ownTransport.includes(path)))(
    '$path asks other programs by the one HTTP client, which has limits of time',
    ({ text }) => expect(text).not.toMatch(/(?<![\w.])fetch\(/),
  );

  // What needs more of a connection than the one client gives: pools, proxies, certificates that are judged or let pass.
  const ownConnections = [
    'auditor/airport/fetch.ts',
    'auditor/doctor/machine-checks.ts',
    'auditor/telegram/bot.ts',
    'exporter/host/node-network.ts',
    'gateway/queries/label-proxy.ts',
    'gateway/store/store.ts',
    'setup/release-feed.ts',
  ];
  it.each(product.filter(({ path }) => !ownConnections.includes(path)))(
    '$path opens connections of HTTP by no other package',
    ({ text }) => {
      expect(loadedBy(text)).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(undici|axios)$/)]));
      expect(text).not.toMatch(/^import \{[^}]*\brequest\b[^}]*\} from 'node:https?'/m);
    },
  );

  it.each(shipped)('$path leaves environment and arguments to main', ({ path, text }) => {
    if (/(^|\/)main\.ts$/.test(path) || ['tools', 'test/release-check'].some((folder) => inFolder(path, folder)))
      return;
    expect(text).not.toMatch(/\bprocess\.(env|argv)\b/);
  });
});
