import { DIRECTIONS, type Direction } from '../../core/traffic.ts';

/** A byte count for each direction. */
export type Bytes = Readonly<Record<Direction, number>>;

/** A byte count for each direction that grows in place. */
export type MutableBytes = Record<Direction, number>;

export const zeroBytes = (): MutableBytes => ({ upload: 0, download: 0 });

export const copyBytes = ({ upload, download }: Bytes): MutableBytes => ({ upload, download });

export const plus = (a: Bytes, b: Bytes): Bytes => ({ upload: a.upload + b.upload, download: a.download + b.download });

export const minus = (a: Bytes, b: Bytes): Bytes => ({
  upload: a.upload - b.upload,
  download: a.download - b.download,
});

/** Whether neither direction is less. */
export const covers = (a: Bytes, b: Bytes): boolean => DIRECTIONS.every((direction) => a[direction] >= b[direction]);

export const isSame = (a: Bytes, b: Bytes): boolean => covers(a, b) && covers(b, a);
