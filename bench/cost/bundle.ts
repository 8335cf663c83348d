import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

export interface BundleContents {
  readonly bytes: number;
  /** Files of the project by top folder. */
  readonly folders: ReadonlyMap<string, number>;
  readonly packages: readonly string[];
}

const SourceMap = z.object({ sources: z.array(z.string()) });

/** What a built bundle is made of, by its source map. @throws the system's error when it is not built */
export async function readBundle(root: string, name: string): Promise<BundleContents> {
  const path = join(root, 'dist', `${name}.mjs`);
  const { sources } = SourceMap.parse(JSON.parse(await readFile(`${path}.map`, 'utf8')));
  return { bytes: (await stat(path)).size, ...sortSources(sources) };
}

/** @param sources paths relative to dist/ */
export function sortSources(sources: readonly string[]): Omit<BundleContents, 'bytes'> {
  const folders = new Map<string, number>();
  const packages = new Set<string>();
  for (const source of sources) {
    const [, name] = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(source) ?? [];
    if (name !== undefined) {
      packages.add(name);
      continue;
    }
    const folder = source.replace(/^(?:\.\.\/)+/, '').split('/')[0] ?? '';
    folders.set(folder, (folders.get(folder) ?? 0) + 1);
  }
  return { folders, packages: [...packages].sort() };
}
