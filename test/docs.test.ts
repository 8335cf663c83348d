import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { airportSchema } from '../auditor/airport/settings.ts';
import { METRICS } from '../core/metric-contract.ts';
import { alertsSchema, serverSchema, smtpSchema, telegramSchema, userSchema } from '../core/server-settings.ts';
import { ClientSection, KernelSection } from '../exporter/config.ts';
import { COMMANDS } from '../runtime/texts.ts';
import { stackSchema } from '../stack/settings.ts';
import { MEANING_IN_CHINESE, metricsPage } from '../tools/metrics-page.ts';
import { COMPANIONS } from '../tools/release/make.ts';
import { namingFiles, releasePlaces, withPlaces } from '../tools/release/places.ts';
import { readExample, settingsPage } from '../tools/settings-page.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const pages = ['README.md', 'README.zh-CN.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md'].concat(
  readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => `docs/${path.replaceAll('\\', '/')}`),
);

describe.each([
  ['en', 'md'],
  ['zh', 'zh-CN.md'],
] as const)('pages that are made, in %s', (language, ending) => {
  it('say of metrics what the contract says', () => {
    expect(read(`docs/metrics.${ending}`), 'run "npm run docs"').toBe(metricsPage(language));
  });

  it('say of settings what the example says', () => {
    const page = settingsPage(read('setting.ini.example'), language);
    expect(read(`docs/settings.${ending}`), 'run "npm run docs"').toBe(page);
  });
});

it('every metric has a meaning in Chinese, and no other has', () => {
  expect(Object.keys(MEANING_IN_CHINESE).sort()).toEqual(METRICS.map(({ name }) => name).sort());
});

it('every comment of setting.ini.example is in both languages, and its English holds no Chinese', () => {
  for (const { section, key, about } of readExample(read('setting.ini.example'))) {
    expect(about.en.length > 0, `[${section}] ${key}`).toBe(about.zh.length > 0);
    expect(about.en.join(), `[${section}] ${key}`).not.toMatch(/\p{Script=Han}/u);
  }
});

it.each([
  ['client', ClientSection],
  ['server', serverSchema],
  ['alerts', alertsSchema],
  ['telegram', telegramSchema],
  ['stack', stackSchema],
] as const)('setting.ini.example shows the defaults of [%s] as they are', (name, schema) => {
  const section = read('setting.ini.example').split(`\n[${name}]\n`)[1]?.split(/\n\[/)[0] ?? '';
  // What has to be written in any case stands above the line that says so.
  const optional = section.split('these are the defaults').at(-1) ?? '';
  const shown = [...optional.matchAll(/^([A-Z]\w+) *= *(.*)$/gm)];
  expect(shown.length).toBeGreaterThan(0);
  for (const [, key = '', value = ''] of shown) {
    const setting = schema.shape[key as keyof typeof schema.shape] as { parse(value: unknown): unknown };
    expect(setting.parse(value === '' ? undefined : value), `[${name}] ${key}`).toEqual(setting.parse(undefined));
  }
});

describe.each([
  ['client', ClientSection],
  ['kernel.router', KernelSection],
  ['server', serverSchema],
  ['user.alice', userSchema],
  ['airport.a.yaml', airportSchema],
  ['smtp', smtpSchema],
  ['telegram', telegramSchema],
  ['stack', stackSchema],
] as const)('setting.ini.example, [%s]', (name, schema) => {
  const keys = readExample(read('setting.ini.example'))
    .filter(({ section }) => section === name)
    .map(({ key }) => key);

  it('holds only keys that a service reads', () => {
    expect(keys.filter((key) => !Object.hasOwn(schema.shape, key))).toEqual([]);
  });

  it('holds every key that a service reads', () => {
    // What a kernel's section shares with [client] is shown there.
    const shown = name === 'kernel.router' ? Object.keys(ClientSection.shape) : [];
    expect(Object.keys(schema.shape).filter((key) => ![...keys, ...shown].includes(key))).toEqual([]);
  });
});

it('every page and docker-compose.yml name releases where package.json has them', async () => {
  const places = await releasePlaces(root);
  const files = await namingFiles(root);
  for (const file of files) expect(read(file), `${file}: run "npm run docs"`).toBe(withPlaces(read(file), places));
  expect(files.filter((file) => read(file).includes(places.files)).length).toBeGreaterThan(6);
});

it('every line that downloads holds what it gets to its checksum', async () => {
  const { files } = await releasePlaces(root);
  // These do so themselves.
  const scripts = ['install.sh', 'install.ps1', 'SHA256SUMS'];
  let downloads = 0;
  for (const line of pages.flatMap((page) => read(page).split(/\n|`/))) {
    for (const [, name = ''] of line.matchAll(new RegExp(`${files}/([\\w.-]+)`, 'g'))) {
      downloads += 1;
      if (!scripts.includes(name)) expect(line).toMatch(/SHA256SUMS \\?\| grep \S+ \\?\| sha256sum -c && /);
    }
  }
  expect(downloads).toBeGreaterThan(10);
});

describe.each(pages)('%s', (page) => {
  const text = read(page);

  it('links to pages and headings that exist', () => {
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (target === undefined || /^(https?:|mailto:)/.test(target)) continue;
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? page : join(dirname(page), decodeURIComponent(path));
      expect(existsSync(join(root, file)), `${page} links to ${target}`).toBe(true);
      if (anchor !== undefined && file.endsWith('.md')) {
        expect(headings(read(file)), `${page} links to ${target}`).toContain(decodeURIComponent(anchor));
      }
      // As the archive has it, too.
      expect(
        COMPANIONS.some((each) => file === each || file.startsWith(`${each}/`)),
        `${page} links to ${target}`,
      ).toBe(true);
    }
  });

  it('names only commands that exist', () => {
    const scripts = Object.keys(JSON.parse(read('package.json')).scripts);
    for (const [, name = ''] of text.matchAll(/\bnpm run ([a-z\d:-]+)/g))
      expect(scripts, `${page}: npm run ${name}`).toContain(name);
    // In code: after a prompt-like start of a line or a backtick, as people copy it.
    for (const [, name = ''] of text.matchAll(/(?:^|`|npx |&& |sudo )flowcollect ([a-z]+)/gm)) {
      expect(Object.keys(COMMANDS), `${page}: flowcollect ${name}`).toContain(name);
    }
    for (const [, path = ''] of text.matchAll(/\b(packaging\/[\w./-]*\w)/g))
      expect(existsSync(join(root, path)), `${page}: ${path}`).toBe(true);
  });

  it('names only files of tests that exist', () => {
    for (const [, path = ''] of text.matchAll(/`([\w/.-]+\.(?:test|soak|fixtures|bench)\.ts)`/g))
      expect(existsSync(join(root, path)), `${page}: ${path}`).toBe(true);
  });

  it('names only metrics of the contract', () => {
    const known = new Set(METRICS.map(({ name }) => name));
    for (const [name] of text.matchAll(/\bflowcollect_[a-z]+_[a-z_]+[a-z]\b/g)) {
      const base = name.replace(/_(?:bucket|sum|count)$/, '');
      expect(known.has(base) || [...known].some((each) => each.startsWith(`${name}_`)), `${page}: ${name}`).toBe(true);
    }
  });
});

/** Anchors of a page, as GitHub makes them. */
function headings(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );
}

describe.each(['docs/security.md', 'docs/security.zh-CN.md'])('%s', (page) => {
  it('names tests that there are', () => {
    const named = [...read(page).matchAll(/`([\w/.-]+\.test\.ts)`((?:[,、]? ?›? ?\*[^*]+\*)*)/g)].map(
      ([, file = '', names = '']) => [file, [...names.matchAll(/\*([^*]+)\*/g)].map(([, name = '']) => name)] as const,
    );
    expect(named.length).toBeGreaterThan(20);
    for (const [file, names] of named) for (const name of names) expect(read(file), file).toContain(name);
  });
});

describe.each(['docs/architecture.md', 'docs/architecture.zh-CN.md'])('%s', (page) => {
  const paths = [...read(page).matchAll(/`((?:[\w.-]+\/)+(?:[\w-]+\.[\w.]+)?)`/g)].map(([, path = '']) => path);

  it('names files and folders that exist', () => {
    expect(paths.length).toBeGreaterThan(80);
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('names each folder of exporter, gateway and auditor', () => {
    const folders = ['exporter', 'gateway', 'auditor'].flatMap((service) =>
      readdirSync(join(root, service), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => `${service}/${name}/`),
    );
    expect(folders.filter((folder) => !paths.includes(folder))).toEqual([]);
  });
});
