import { totalmem } from 'node:os';
import { MAX_UNPACKED_BYTES } from '../pushes/push-body.ts';

/** What pushes may take of the memory that there is, in bytes. */
export interface MemoryLimits {
  /** Of one body, unpacked. Reading it in full takes some thirteen times as much for a moment. */
  readonly body: number;
  /** Of all bodies together, packed and unpacked. */
  readonly bodies: number;
  /** Of those of one user, so that the pushes of others always have room. */
  readonly userBodies: number;
  /** Of the pushes that are kept, unpacked: they are on the disk, and the names of their series, three to five times as much, in memory. */
  readonly kept: number;
  /** Of what is remembered to read the next pushes faster. */
  readonly layouts: number;
  readonly heads: number;
}

const MIB = 2 ** 20;

/**
 * Within a container of 128 MiB, as docker-compose.yml has it, the process itself takes some 75: one push of eight
 * megabytes would end it for everybody. A device pushes some ten kilobytes, packed.
 *
 * @param memory bytes that the process may have
 */
export function memoryLimits(memory: number): MemoryLimits {
  const bodies = Math.min(16 * MAX_UNPACKED_BYTES, Math.floor(memory / 16));
  return {
    body: Math.min(MAX_UNPACKED_BYTES, Math.floor(memory / 64)),
    bodies,
    userBodies: Math.floor((bodies / 4) * 3),
    kept: Math.min(256 * MIB, Math.floor(memory / 16)),
    layouts: Math.min(96 * MIB, Math.floor(memory / 16)),
    heads: Math.min(32 * MIB, Math.floor(memory / 32)),
  };
}

/** What this process may have: the limit of its container where there is one, else what the machine has. */
export function availableMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
