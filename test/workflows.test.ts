import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { releasePlaces } from '../tools/release/places.ts';
import { compose } from './compose.ts';
import { ensureGoProgram } from './go-program.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const WORKFLOWS = join(root, '.github', 'workflows');
const ACTIONLINT = ['actionlint', 'github.com/rhysd/actionlint/cmd/actionlint', 'v1.7.12'] as const;

it('workflows are as actionlint wants them, on actions that are pinned', async () => {
  const files = readdirSync(WORKFLOWS).map((name) => join(WORKFLOWS, name));
  for (const file of files) {
    for (const [, action] of readFileSync(file, 'utf8').matchAll(/uses: (?!\.\/)(\S+)/g))
      expect(action, file).toMatch(/@[0-9a-f]{40}$/);
  }
  const actionlint = await ensureGoProgram(...ACTIONLINT);
  if ('missing' in actionlint) {
    process.stderr.write(`\nDID NOT RUN actionlint (${actionlint.missing}): the workflows were not looked at\n\n`);
    return;
  }
  // Whether a machine has shellcheck and pyflakes decides nothing.
  await promisify(execFile)(actionlint.path, ['-shellcheck=', '-pyflakes=', ...files]);
}, 420_000);

describe('a release', () => {
  const Release = z.object({
    jobs: z.object({
      images: z.object({
        strategy: z.object({
          matrix: z.object({ include: z.array(z.object({ image: z.string(), target: z.string() })) }),
        }),
      }),
    }),
  });
  const made = Release.parse(parse(readFileSync(join(WORKFLOWS, 'release.yml'), 'utf8'))).jobs.images.strategy.matrix
    .include;

  it('makes every image that docker-compose.yml can build, of the same target', async () => {
    const { images } = await releasePlaces(root);
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    const built = Object.values(compose.services).flatMap(({ image, build }) =>
      build === undefined ? [] : [`${image} ${typeof build === 'string' ? 'services' : build.target}`],
    );
    const wanted = made.map(({ image, target }) => `${images}/${image}:${version} ${target}`);
    expect([...new Set(built)].filter((each) => !wanted.includes(each))).toEqual([]);
  });

  it('has the image of the home server name itself as it is called', async () => {
    const { images } = await releasePlaces(root);
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    const home = made.find(({ target }) => target === 'home')?.image;
    const [, own] = /FLOWCOLLECT_IMAGE=(\S+)/.exec(readFileSync(join(root, 'Dockerfile'), 'utf8')) ?? [];
    expect(own).toBe(`${images}/${home}:${version}`);
  });

  it('makes images of targets that there are', () => {
    const targets = [...readFileSync(join(root, 'Dockerfile'), 'utf8').matchAll(/^FROM .* AS (\S+)$/gm)].map(
      ([, name]) => name,
    );
    for (const { target } of made) expect(targets).toContain(target);
  });
});
