import { cutToWidth, displayWidth, formatBytes, formatRate, padToWidth } from '../../core/units.ts';
import { both, type SummaryRow } from './summary.ts';
import type { ConsoleMessages } from './texts.ts';

interface Column {
  title(words: ConsoleMessages['columns']): string;
  text(row: SummaryRow): string;
}

const USUAL_NAME_COLUMNS = 22;
/** A narrower name says too little: fewer numbers are shown next to it then. */
const LEAST_NAME_COLUMNS = 10;
const NUMBER_COLUMNS = 14;

const RATES: readonly Column[] = [
  { title: ({ upload }) => `${upload}/s`, text: ({ rate }) => formatRate(rate.upload) },
  { title: ({ download }) => `${download}/s`, text: ({ rate }) => formatRate(rate.download) },
];
const RATE: Column = { title: ({ rate }) => rate, text: ({ rate }) => formatRate(both(rate)) };
const TODAY: Column = { title: ({ today }) => today, text: ({ today }) => formatBytes(both(today)) };
const TOTAL: Column = { title: ({ total }) => total, text: ({ total }) => formatBytes(both(total)) };
const DIRECTIONS: readonly Column[] = [
  ...RATES,
  { title: ({ today, upload }) => `${today} ${upload}`, text: ({ today }) => formatBytes(today.upload) },
  { title: ({ today, download }) => `${today} ${download}`, text: ({ today }) => formatBytes(today.download) },
  { title: ({ total, upload }) => `${total} ${upload}`, text: ({ total }) => formatBytes(total.upload) },
  { title: ({ total, download }) => `${total} ${download}`, text: ({ total }) => formatBytes(total.download) },
];
/** From the widest terminal to the narrowest, on which what moved today counts for most. */
const LAYOUTS: readonly { readonly columns: readonly Column[]; readonly name: number }[] = [
  { columns: DIRECTIONS, name: USUAL_NAME_COLUMNS },
  { columns: [...RATES, TODAY, TOTAL], name: LEAST_NAME_COLUMNS },
  { columns: [RATE, TODAY, TOTAL], name: LEAST_NAME_COLUMNS },
  { columns: [TODAY, TOTAL], name: LEAST_NAME_COLUMNS },
];
const NARROWEST: readonly Column[] = [TODAY];

/**
 * How rows become lines of one width.
 *
 * @param width of the terminal; the wider it is, the more is told apart
 * @param names that are shown, uncut as far as there is room
 */
export function columnsFor(width: number, names: readonly string[], words: ConsoleMessages['columns']) {
  const fits = LAYOUTS.find(({ columns, name }) => name + columns.length * NUMBER_COLUMNS < width);
  const columns = fits?.columns ?? NARROWEST;
  const wanted = Math.max(USUAL_NAME_COLUMNS, ...names.map(displayWidth));
  const nameColumns = Math.min(wanted, Math.max(1, width - 1 - columns.length * NUMBER_COLUMNS));
  const cells = (name: string, numbers: readonly string[]): string =>
    padToWidth(cutToWidth(name, nameColumns), nameColumns) +
    numbers.map((each) => padToWidth(each, NUMBER_COLUMNS, 'start')).join('');
  return {
    head: (first: string) =>
      cells(
        first,
        columns.map(({ title }) => title(words)),
      ),
    line: (name: string, row: SummaryRow) =>
      cells(
        name,
        columns.map(({ text }) => text(row)),
      ),
  };
}
