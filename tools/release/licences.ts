import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const Manifest = z.object({ name: z.string(), version: z.string(), license: z.string().default('see its text') });

/**
 * The licences of the packages that a bundle is made of, as one text.
 *
 * @param inputs the bundle's source files, relative to the checkout
 * @throws Error naming a package without a licence text
 */
export async function licencesOf(root: string, inputs: readonly string[]): Promise<string> {
  const parts: string[] = [];
  for (const folder of packageFolders(inputs)) {
    const path = join(root, folder);
    const { name, version, license } = Manifest.parse(JSON.parse(await readFile(join(path, 'package.json'), 'utf8')));
    const file = (await readdir(path)).find((each) => /^licen[cs]e/i.test(each));
    const text = file === undefined ? await licenceInReadme(path) : await readFile(join(path, file), 'utf8');
    parts.push(
      `${name} ${version} (${license})\n\n${text?.trim() ?? `Under the ${license} licence; the package brings no text of it.`}\n`,
    );
  }
  return parts.join(`\n${'-'.repeat(80)}\n\n`);
}

/** Folders of the packages that files belong to, nested ones included, sorted. */
export function packageFolders(inputs: readonly string[]): string[] {
  const folders = inputs.flatMap((input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []);
  return [...new Set(folders)].sort();
}

async function licenceInReadme(folder: string): Promise<string | undefined> {
  const file = (await readdir(folder)).find((each) => /^readme/i.test(each));
  if (file === undefined) return undefined;
  return /^#+\s*licen[cs]e\b[\s\S]*/im.exec(await readFile(join(folder, file), 'utf8'))?.[0];
}
