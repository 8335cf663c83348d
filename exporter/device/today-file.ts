import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod';
import { TRAFFIC_CLASSES } from '../../core/traffic.ts';
import { readFileIfExists, writeFileAtomic } from '../../runtime/atomic-file.ts';
import type { SavedToday } from './today.ts';

const count = z.number().int().min(0);
const Saved = z.object({
  deviceId: z.string(),
  since: z.number(),
  start: z.number(),
  end: z.number(),
  cells: z.array(z.object({ class: z.enum(TRAFFIC_CLASSES), node: z.string(), upload: count, download: count })),
});

/**
 * Beside the state rather than in it: it is written once a day, the state at every push.
 *
 * @param kernel the NAME of `[kernel.NAME]`; empty for `[client]`
 */
export function todayPath(folder: string, kernel: string): string {
  const name = createHash('sha256').update(kernel).digest('hex').slice(0, 16);
  return join(folder, kernel === '' ? 'exporter-today.json' : `exporter-today.${name}.json`);
}

/** What was saved; undefined where that is missing or not usable, since today then counts from now and says so. */
export async function readToday(path: string): Promise<SavedToday | undefined> {
  try {
    const text = await readFileIfExists(path);
    return text === undefined ? undefined : Saved.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** @throws the system's error, such as ENOSPC */
export async function writeToday(path: string, today: SavedToday): Promise<void> {
  await writeFileAtomic(path, JSON.stringify(today));
}
