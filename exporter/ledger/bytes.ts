import type { Direction } from '../../core/traffic.ts';

/** A byte count for each direction. */
export type Bytes = Readonly<Record<Direction, number>>;

/** A byte count for each direction that grows in place. */
export type MutableBytes = Record<Direction, number>;

export const zeroBytes = (): MutableBytes => ({ upload: 0, download: 0 });

export const copyBytes = ({ upload, download }: Bytes): MutableBytes => ({ upload, download });
