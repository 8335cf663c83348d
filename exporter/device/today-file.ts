import * as z from 'zod';
import { TRAFFIC_CLASSES } from '../../core/traffic.ts';
import type { Files } from '../host/files.ts';
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
export function todayPath(files: Files, folder: string, kernel: string): string {
  const name = kernel === '' ? '' : `.${files.sha256(kernel).slice(0, 16)}`;
  return files.absolute(`exporter-today${name}.json`, folder);
}

/** What was saved; undefined where that is missing or not usable, since today then counts from now and says so. */
export async function readToday(files: Files, path: string): Promise<SavedToday | undefined> {
  try {
    const text = await files.readText(path);
    return text === undefined ? undefined : Saved.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** @throws the system's error, such as ENOSPC */
export async function writeToday(files: Files, path: string, today: SavedToday): Promise<void> {
  await files.replace(path, JSON.stringify(today));
}
