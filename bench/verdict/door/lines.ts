import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DaysError } from './days-error.ts';
import { Fields } from './fields.ts';

/** A folder of days. */
export interface DaysFolder {
  readonly path: string;
  /** Of times that name none. */
  readonly zone: string;
}

/**
 * Every line of a file, one after the other, so that no file need fit into memory. Empty lines are left out.
 *
 * @param needed whether the file must be there
 * @throws DaysError
 */
export async function* linesOf({ path, zone }: DaysFolder, file: string, needed: boolean): AsyncGenerator<Fields> {
  const full = join(path, file);
  if (!existsSync(full)) {
    if (needed) throw new DaysError(file, undefined, `is missing in ${path}; docs/verdict-days.md says what it holds`);
    return;
  }
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(full), crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1;
    const written = text.replace(/^\uFEFF/, '').trim();
    if (written !== '') yield new Fields(written, file, line, zone);
  }
}
