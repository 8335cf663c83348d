import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { METRICS } from '../core/metric-contract.ts';
import { metricsPage } from '../tools/metrics-page.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const pages = ['README.md', 'README.zh-CN.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md'].concat(
  readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => `docs/${path.replaceAll('\\', '/')}`),
);

it('docs/metrics.md is what the contract says', () => {
  expect(read('docs/metrics.md'), 'run "npm run docs"').toBe(metricsPage());
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
    }
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
