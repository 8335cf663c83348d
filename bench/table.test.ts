import { expect, it } from 'vitest';
import { countGoals, percent, renderSection, type Section } from './table.ts';

const section: Section = {
  title: 'Errors',
  method: 'Half of all differences.',
  columns: ['recording', '1 s'],
  rows: [
    ['mixed', percent(0.00296, 0.3)],
    ['short', percent(0.0261, 2.5)],
    ['香港', percent(0.5)],
    ['rate', { value: 3.4, unit: '/s', digits: 0, atLeast: 3.5 }],
  ],
};

it('prints a table that is Markdown and plain text, with each goal next to its figure', () => {
  expect(renderSection(section).split('\n')).toEqual([
    '## Errors',
    'Half of all differences.',
    '',
    '| recording | 1 s                  |',
    '|-----------|----------------------|',
    '| mixed     | 0.30 % (≤ 0.3: pass) |',
    '| short     | 2.61 % (≤ 2.5: MISS) |',
    '| 香港      | 50.00 %              |',
    '| rate      | 3 /s (≥ 3.5: MISS)   |',
  ]);
});

it('counts the goals that are met and missed, and no others', () => {
  expect(countGoals(section)).toEqual({ met: 1, missed: 2 });
});
