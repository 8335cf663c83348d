import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const { packages }: { packages: Record<string, LockedPackage> } = JSON.parse(
  readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'),
);

it('locks the optional packages of every platform: "npm ci" refuses a lockfile that lacks one', () => {
  for (const [parent, { optionalDependencies }] of Object.entries(packages)) {
    for (const name of Object.keys(optionalDependencies ?? {})) {
      const locked = Object.entries(packages).find(([path]) => path.endsWith(`node_modules/${name}`));
      expect(locked?.[1].version, `${name} of ${parent}`).toBeDefined();
    }
  }
});

it('names no registry: a mirror serves the same packages', () => {
  for (const [path, { resolved }] of Object.entries(packages)) expect(resolved, path).toBeUndefined();
});
