import { setFlagsFromString } from 'node:v8';

/**
 * V8 sizes its heap for throughput: with messages of half a megabyte a second that are garbage at once, it grows to
 * several times what is in use. These two make it collect sooner: the young generation stays at its first size, and the
 * old one grows by little over what lives. V8 reads both at each collection (`heap/heap.cc`, `heap/new-spaces.cc`), so
 * they work in a process that has started, as an executable without Node's command line needs.
 */
export const SMALL_HEAP_FLAGS = ['--semi-space-growth-factor=1', '--optimize-for-size'] as const;

/** Keeps this process's memory near what it uses, for more frequent collections. */
export function keepHeapSmall(): void {
  for (const flag of SMALL_HEAP_FLAGS) setFlagsFromString(flag);
}
