import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildNative, findGo } from '../tools/release/native.ts';
import { CACHE_FOLDER } from './real-parts.ts';

/** The exporter's host in Go, built of this source: its path, or why it is not there. */
export type NativeProgram = { readonly path: string } | { readonly missing: string } | { readonly failure: string };

/** To be called once the bundles are built. */
export async function ensureNative(): Promise<NativeProgram> {
  const go = await findGo();
  if (go === undefined) return { missing: 'there is no Go to build it with' };
  const path = join(CACHE_FOLDER, 'flowcollect-native');
  try {
    await buildNative(fileURLToPath(new URL('..', import.meta.url)), go, path);
    return { path };
  } catch (error) {
    const { stderr = String(error) } = error as { stderr?: string };
    return { failure: stderr.trim() };
  }
}
