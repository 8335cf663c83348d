import { describe, expect, it } from 'vitest';
import { fresh, grownOverRange, rate, select, today } from '../../grafana/promql/select.ts';
import { promqlProblems } from './promql.ts';

const traffic = select('flowcollect_traffic_bytes_total');
const connections = select('flowcollect_kernel_connections');

describe('queries that pass', () => {
  it.each([
    ['a look-up of today', `sum by (node) (${today('class="proxy"')})`],
    ['a rate', `sum by (class) (${rate()})`],
    ['an exact difference', `sum(${grownOverRange(traffic)})`],
    ['a masked gauge', `sum by (instance) (${fresh(connections)})`],
    ['a count of series', `count by (instance) (${traffic})`],
  ])('%s', (_, expr) => {
    expect(promqlProblems(expr, true)).toEqual([]);
  });
});

describe('queries that do not', () => {
  it.each([
    ['does not parse', 'sum(', 'does not parse'],
    ['an unknown metric', 'flowcollect_bytes{job=~"$job"}', 'not in the contract'],
    ['an unknown label', select('flowcollect_today_bytes', 'colour="red"'), 'no label colour'],
    ['a label that no metric has', `sum by (colour) (${today()})`, 'groups by colour'],
    ['a selector besides the variables', 'sum(flowcollect_today_bytes)', 'not narrowed by job=~"$job"'],
    ['a bare counter', `sum(${traffic})`, 'a counter, shown bare'],
    ['an extrapolated sum', `sum(increase(${traffic}[$__range]))`, 'extrapolates'],
    ['a gauge of a device that may be dead', `sum(${connections})`, 'silent device'],
    ['a rate over a fixed range', `sum(rate(${traffic}[1m]))`, 'another range'],
    ['@ start() at one instant', `sum(${traffic} - ${traffic} @ start())`, 'one instant'],
  ])('%s', (_, expr, problem) => {
    expect(promqlProblems(expr, true).join('; ')).toContain(problem);
  });
});
