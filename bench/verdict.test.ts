import { expect, it } from 'vitest';
import type { Cell, Section } from './table.ts';
import { QUICK_BOUNDS, verdict } from './verdict.ts';

const context = {
  root: '',
  quick: true,
  only: [],
  probe: () => Promise.reject(new Error('a quick run has no probes')),
};

/** The figures of a column. */
function column({ columns, rows }: Section, name: string): number[] {
  const index = columns.indexOf(name);
  return rows.map((row) => numberIn(row[index] ?? ''));
}

const numberIn = (cell: Cell): number => (typeof cell === 'string' ? Number(cell) : cell.value);

it('a quick run of the verdict bench keeps coarse bounds', { timeout: 600_000 }, async () => {
  const before = process.cpuUsage();
  const sections: Section[] = [];
  for await (const section of verdict(context)) sections.push(section);
  const { user, system } = process.cpuUsage(before);
  const table = (title: RegExp): Section => {
    const found = sections.find((section) => title.test(section.title));
    if (found === undefined) throw new Error(`no table ${title}`);
    return found;
  };
  const alarms = (section: Section): number => {
    const years = column(section, 'years');
    return Math.round(column(section, 'all').reduce((sum, rate, row) => sum + rate * (years[row] ?? 0), 0));
  };
  expect(alarms(table(/prompt/))).toBeLessThanOrEqual(QUICK_BOUNDS.promptAlarms);
  expect(alarms(table(/odd answers/))).toBeLessThanOrEqual(QUICK_BOUNDS.oddAlarms);
  expect(Math.min(...column(table(/prompt/), 'leaks in 3 days'))).toBeGreaterThanOrEqual(QUICK_BOUNDS.grossLeaks);
  expect((user + system) / 1e6).toBeLessThan(QUICK_BOUNDS.processorTime);
});

it('a part that there is not is named, with those that there are', async () => {
  await expect(verdict({ ...context, only: ['promt'] }).next()).rejects.toThrow(/promt; there are prompt, old-copies/);
});
