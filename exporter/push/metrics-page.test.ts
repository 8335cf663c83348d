import { expect, it } from 'vitest';
import { parseExposition } from '../../core/exposition-parser.ts';
import { joinMetrics } from './metrics.ts';

const page = (value: number) =>
  `# HELP up whether\n# TYPE up gauge\nup ${value}\n\n# HELP b_total bytes\n# TYPE b_total counter\nb_total{node="a {1}"} ${value}\n`;

it('one device’s metrics stay as they are', () => {
  expect(joinMetrics([{ instance: 'a', text: page(1) }])).toBe(page(1));
});

it('metrics of several devices are told apart by their names, each family standing once', () => {
  const text = joinMetrics([
    { instance: 'a', text: page(1) },
    { instance: '客 "厅"', text: page(2) },
  ]);
  expect(text.match(/# TYPE/g)).toHaveLength(2);
  const families = parseExposition(text);
  expect(families.map(({ name, samples }) => [name, samples.map(({ labels, value }) => [[...labels], value])])).toEqual(
    [
      [
        'up',
        [
          [[['instance', 'a']], 1],
          [[['instance', '客 "厅"']], 2],
        ],
      ],
      [
        'b_total',
        [
          [
            [
              ['instance', 'a'],
              ['node', 'a {1}'],
            ],
            1,
          ],
          [
            [
              ['instance', '客 "厅"'],
              ['node', 'a {1}'],
            ],
            2,
          ],
        ],
      ],
    ],
  );
});
