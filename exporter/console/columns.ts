import { cutToWidth, padToWidth } from '../../core/display-width.ts';
import { formatBytes, formatRate } from '../../core/units.ts';
import { both, type Row } from './summary.ts';
import type { ConsoleWords } from './words.ts';

/** How rows become lines of one width. */
export interface Columns {
  head(first: string): string;
  line(name: string, row: Row): string;
}

interface Column {
  title(words: ConsoleWords['columns']): string;
  text(row: Row): string;
}

const NAME_COLUMNS = 22;
const NUMBER_COLUMNS = 14;

const RATES: readonly Column[] = [
  { title: ({ upload }) => `${upload}/s`, text: ({ rate }) => formatRate(rate.upload) },
  { title: ({ download }) => `${download}/s`, text: ({ rate }) => formatRate(rate.download) },
];
const NARROW: readonly Column[] = [
  ...RATES,
  { title: ({ today }) => today, text: ({ today }) => formatBytes(both(today)) },
  { title: ({ total }) => total, text: ({ total }) => formatBytes(both(total)) },
];
const WIDE: readonly Column[] = [
  ...RATES,
  { title: ({ today, upload }) => `${today} ${upload}`, text: ({ today }) => formatBytes(today.upload) },
  { title: ({ today, download }) => `${today} ${download}`, text: ({ today }) => formatBytes(today.download) },
  { title: ({ total, upload }) => `${total} ${upload}`, text: ({ total }) => formatBytes(total.upload) },
  { title: ({ total, download }) => `${total} ${download}`, text: ({ total }) => formatBytes(total.download) },
];

/** @param width of the terminal; a wide one shows both directions of all */
export function columnsFor(width: number, words: ConsoleWords): Columns {
  const columns = NAME_COLUMNS + WIDE.length * NUMBER_COLUMNS < width ? WIDE : NARROW;
  const cells = (name: string, numbers: readonly string[]): string =>
    padToWidth(cutToWidth(name, NAME_COLUMNS), NAME_COLUMNS) +
    numbers.map((each) => padToWidth(each, NUMBER_COLUMNS, 'start')).join('');
  return {
    head: (first) =>
      cells(
        first,
        columns.map(({ title }) => title(words.columns)),
      ),
    line: (name, row) =>
      cells(
        name,
        columns.map(({ text }) => text(row)),
      ),
  };
}
