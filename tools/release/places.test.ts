import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { releasePlaces, withPlaces } from './places.ts';

it('names files and images of releases by the one place that says where they are', async () => {
  const places = await releasePlaces(fileURLToPath(new URL('../..', import.meta.url)));
  const page =
    'curl https://old.example/a/b/releases/latest/download/install.sh; image: old.example/a/flowcollect-caddy:1.0.0';
  expect(withPlaces(page, places)).toBe(
    `curl ${places.files}/install.sh; image: ${places.images}/flowcollect-caddy:1.0.0`,
  );
  const github = { files: 'https://github.com/Me/fc/releases/latest/download', images: 'ghcr.io/me' };
  expect(withPlaces(withPlaces(page, github), places)).toBe(withPlaces(page, places));
});
