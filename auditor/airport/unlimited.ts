const PIB = 2 ** 50;

/** Whether a total stands for "no limit": panels write 0, and some 1 PiB or more. Bytes; null when not known. */
export function isUnlimited(total: number | null): boolean {
  return total !== null && (total === 0 || total >= PIB);
}
