import { displayWidth, padToWidth } from '../core/units.ts';

/** A measured value, with the goal it is held to where there is one. */
export interface Figure {
  readonly value: number;
  /** Such as `%` or `MiB`; `×` for ratios, empty for counts. */
  readonly unit: string;
  /** Decimals. */
  readonly digits: number;
  /** The highest value that is good enough. */
  readonly atMost?: number;
  /** The lowest value that is good enough. */
  readonly atLeast?: number;
  /** False where another figure that the goal rests on is missed: then this one is too, however good. */
  readonly counts?: boolean;
}

export type Cell = string | Figure;

/** One table of a bench's report. */
export interface Section {
  readonly title: string;
  /** How it was measured, in a sentence or two. */
  readonly method: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** @param share 1 is all; `atMost` is in per cent */
export const percent = (share: number, atMost?: number): Figure => ({
  value: 100 * share,
  unit: '%',
  digits: 2,
  ...(atMost === undefined ? {} : { atMost }),
});

/** Judged by the value itself, not by what is printed of it. */
export function isMet({
  value,
  atMost = Number.POSITIVE_INFINITY,
  atLeast = Number.NEGATIVE_INFINITY,
  counts = true,
}: Figure): boolean {
  return counts && value >= atLeast && value <= atMost;
}

const hasGoal = ({ atMost, atLeast }: Figure): boolean => atMost !== undefined || atLeast !== undefined;

/** How many goals a section holds, and how many of them are met. */
export function countGoals({ rows }: Section): { readonly met: number; readonly missed: number } {
  const goals = rows.flat().filter((cell): cell is Figure => typeof cell !== 'string' && hasGoal(cell));
  const met = goals.filter(isMet).length;
  return { met, missed: goals.length - met };
}

/** A section as Markdown, aligned so that it reads as plain text too. */
export function renderSection({ title, method, columns, rows }: Section): string {
  const texts = [columns, ...rows.map((row) => row.map(renderCell))];
  const widths = columns.map((_, column) => Math.max(...texts.map((row) => displayWidth(row[column] ?? ''))));
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, column) => padToWidth(row[column] ?? '', width)).join(' | ')} |`;
  const [head = [], ...body] = texts;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [`## ${title}`, method, '', line(head), rule, ...body.map(line)].join('\n');
}

function renderCell(cell: Cell): string {
  if (typeof cell === 'string') return cell;
  const { value, unit, digits, atMost, atLeast } = cell;
  const text = `${value.toFixed(digits)} ${unit}`.trimEnd();
  const goals = [atLeast === undefined ? [] : `≥ ${atLeast}`, atMost === undefined ? [] : `≤ ${atMost}`].flat();
  return goals.length === 0 ? text : `${text} (${goals.join(', ')}: ${isMet(cell) ? 'pass' : 'MISS'})`;
}
