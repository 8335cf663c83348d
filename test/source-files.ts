import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

interface SourceFile {
  /** From the root of the checkout, with slashes. */
  readonly path: string;
  readonly text: string;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const NOT_OURS = ['node_modules', 'dist', '.cache', '.git', 'vitest.config.ts'];

/** All of the project's TypeScript, tests included. */
export const sources: readonly SourceFile[] = readdirSync(root, { withFileTypes: true })
  .filter(({ name }) => !NOT_OURS.includes(name))
  .flatMap((entry) =>
    entry.isDirectory()
      ? readdirSync(join(root, entry.name), { recursive: true, encoding: 'utf8' }).map((path) => join(entry.name, path))
      : [entry.name],
  )
  .map((path) => path.split(sep).join(posix.sep))
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

/** The same without tests. */
export const shipped: readonly SourceFile[] = sources.filter(({ path }) => !path.endsWith('.test.ts'));

/** What a file imports, types included, as it names it. */
export function importsOf(text: string): string[] {
  return [...text.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*)(['"])([^'"\n]+)\1/g)].map((match) => match[2] ?? '');
}

/** Paths of the project's files among what one imports. */
export const pathsOf = (path: string, targets: readonly string[]): string[] =>
  targets.filter((target) => target.startsWith('.')).map((target) => posix.join(dirname(path), target));

/** Names that a file imports of the project's others: `path name`. */
export const importedNames = ({ path, text }: SourceFile): string[] =>
  [...text.matchAll(/^(?:import|export)\s+(?:type\s+)?\{([^}]*)\}\s+from\s+'(\.[^']+)'/gm)].flatMap(
    ([, names = '', target = '']) =>
      names
        .split(',')
        .map((name) =>
          name
            .trim()
            .replace(/^type\s+/, '')
            .replace(/\s+as\s+\w+$/, ''),
        )
        .filter((name) => name !== '')
        .map((name) => `${posix.join(dirname(path), target)} ${name}`),
  );

/** Names that a file declares at its top level. */
export const declaredNames = ({
  text,
}: Pick<SourceFile, 'text'>): { name: string; exported: boolean; type: boolean }[] =>
  [
    ...text.matchAll(
      /^(export )?(?:declare |abstract |async )*(interface|type|class|function\*?|const|let|enum) (\w+)/gm,
    ),
  ].map(([, exported, kind = '', name = '']) => ({
    name,
    exported: exported !== undefined,
    type: ['interface', 'type', 'class', 'enum'].includes(kind),
  }));
