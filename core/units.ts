const UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'] as const;

/**
 * Bytes in human units, base 1024 with the short suffixes that Mihomo panels use.
 *
 * @param bytes a byte count, negative allowed
 * @returns such as `512 B`, `1.50 KB`, `-3.20 GB`: whole bytes, else two decimals
 */
export function formatBytes(bytes: number): string {
  let value = Math.abs(bytes);
  let unit = 0;
  // 1023.995 would print as "1024.00": step up where rounding would reach the next unit.
  while (unit < UNITS.length - 1 && value >= (unit === 0 ? 1024 : 1023.995)) {
    value /= 1024;
    unit += 1;
  }
  const text = unit === 0 ? String(Math.round(value)) : value.toFixed(2);
  return `${bytes < 0 && Number(text) !== 0 ? '-' : ''}${text} ${UNITS[unit]}`;
}

/** Bytes a second in the units of {@link formatBytes}, such as `1.50 MB/s`. */
export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`;
}

/** A share in per cent without needless decimals: 0.8 is `80`, 0.125 is `12.5`. */
export function percent(share: number): string {
  return String(Math.round(share * 1000) / 10);
}
