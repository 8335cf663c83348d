import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** Where releases are. */
export interface ReleasePlaces {
  /** The folder that holds the files of the newest one. */
  readonly files: string;
  /** What images are called before their own name. */
  readonly images: string;
}

const FILES = /https:\/\/[^\s`/]+\/[^\s`/]+\/[^\s`/]+\/releases\/latest\/download/g;
const IMAGES = /[\w.-]+\.[a-z]+\/[\w.-]+(?=\/flowcollect[a-z-]*:\d)/g;

/** By `repository` of package.json, the one place that names it; as GitHub has them. */
export async function releasePlaces(root: string): Promise<ReleasePlaces> {
  const { repository } = z
    .object({ repository: z.string() })
    .parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
  const { host, pathname } = new URL(repository);
  const [, owner = ''] = pathname.toLowerCase().split('/');
  return {
    files: `${repository}/releases/latest/download`,
    images: `${host === 'github.com' ? 'ghcr.io' : host}/${owner}`,
  };
}

/** Files that name addresses of releases, relative to the checkout. */
export async function namingFiles(root: string): Promise<string[]> {
  const docs = (await readdir(join(root, 'docs'), { recursive: true })).filter((path) => path.endsWith('.md'));
  return ['README.md', 'README.zh-CN.md', 'Dockerfile', 'docker-compose.yml', ...docs.map((path) => `docs/${path}`)];
}

/** A page or a file of settings whose addresses of releases are these. */
export function withPlaces(text: string, { files, images }: ReleasePlaces): string {
  return text.replaceAll(FILES, files).replaceAll(IMAGES, images);
}
