import { setFlagsFromString } from 'node:v8';

/**
 * undici reads HTTP/1 with a parser in WebAssembly, of which V8 compiles one function of ten thousand branches again once
 * it is warm. That takes up to 36 MiB for some seconds, most of which the C library keeps, and saves a few milliseconds
 * an hour to a service that reads a few small answers a minute.
 */
export const SMALL_PARSER_FLAGS = ['--no-wasm-tier-up', '--no-wasm-dynamic-tiering'] as const;

/**
 * V8 sizes its heap for throughput: with messages of half a megabyte a second that are garbage at once, it grows to
 * several times what is in use. These two make it collect sooner: the young generation stays at its first size, and the
 * old one grows by little over what lives. V8 reads both at each collection (`heap/heap.cc`, `heap/new-spaces.cc`), so
 * they work in a process that has started, as an executable without Node's command line needs.
 */
export const SMALL_HEAP_FLAGS = ['--semi-space-growth-factor=1', '--optimize-for-size'] as const;

/**
 * V8 compiles a function again, to faster code, once it has run for so long (bytes of its bytecode; ten times what V8
 * takes by itself). A service that does a little each second comes to that function by function over many minutes, and
 * compiling was nearly a third of an exporter's processor time in its second minute.
 */
export const FEW_COMPILATIONS_FLAGS = ['--interrupt-budget=1351680'] as const;

/**
 * Keeps this process's memory near what it uses, for more frequent collections, and spends little on compiling; to be
 * called before it asks anything.
 */
export function keepMemorySmall(): void {
  for (const flag of [...SMALL_HEAP_FLAGS, ...SMALL_PARSER_FLAGS, ...FEW_COMPILATIONS_FLAGS]) setFlagsFromString(flag);
}
