import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';

const MIB = 2 ** 20;
/** Of one push on the wire. */
export const MAX_WIRE_BYTES = MIB;
/** Of one push, unpacked. */
export const MAX_UNPACKED_BYTES = 8 * MIB;

/**
 * What pushes may take of the memory that there is, in bytes.
 *
 * Within a container of 128 MiB, as docker-compose.yml has it, the process itself takes some 75: one push of eight
 * megabytes would end it for everybody. A device pushes some ten kilobytes, packed.
 *
 * @param memory bytes that the process may have
 */
export function memoryLimits(memory: number) {
  const bodies = Math.min(16 * MAX_UNPACKED_BYTES, Math.floor(memory / 16));
  return {
    /** Of one body, unpacked. Reading it in full takes some thirteen times as much for a moment. */
    body: Math.min(MAX_UNPACKED_BYTES, Math.floor(memory / 64)),
    /** Of all bodies together, packed and unpacked. */
    bodies,
    /** Of those of one user, so that the pushes of others always have room. */
    userBodies: Math.floor((bodies / 4) * 3),
    /** Of the pushes that are kept: the names of their series are in memory, their texts on the disk. */
    kept: Math.min(256 * MIB, Math.floor(memory / 12)),
    /** Of what is remembered to read the next pushes faster. */
    layouts: Math.min(96 * MIB, Math.floor(memory / 16)),
  };
}

/** The part of a process's memory that docker-compose.yml gives to the heap of JavaScript. */
const SHARE_OF_HEAP = 80 / 128;

/** What this process may have: the least of its container's limit, that of its heap, and what the machine has. */
export function availableMemory(): number {
  const limit = process.constrainedMemory();
  const byHeap = getHeapStatistics().heap_size_limit / SHARE_OF_HEAP;
  return Math.min(limit > 0 ? limit : Infinity, byHeap, totalmem());
}
