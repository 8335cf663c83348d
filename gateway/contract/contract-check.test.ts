import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { renderExposition } from '../../core/exposition.ts';
import { parseExposition } from '../../core/exposition-parser.ts';
import { KERNEL_BYTES, MAX_LABEL_LENGTH, MAX_SERIES, requireMetric } from '../../core/metric-contract.ts';
import { checkPush, parsePush } from './contract-check.ts';
import { ledgerBytes, type RisingCounters } from './push-parser.ts';

const check = (text: string) => checkPush(parseExposition(text));
const kernel = (samples: string) => `# TYPE ${KERNEL_BYTES} counter\n${samples}\n`;
const line = (value: string) => kernel(`${KERNEL_BYTES}{direction="upload"} ${value}`);
const seconds = (...buckets: string[]) =>
  [
    '# TYPE flowcollect_exporter_frame_seconds histogram',
    ...buckets.map((bucket) => `flowcollect_exporter_frame_seconds_${bucket}`),
    '',
  ].join('\n');

describe('checkPush', () => {
  it('passes what the contract knows, with the help of the contract', () => {
    const checked = check(
      `# HELP ${KERNEL_BYTES} whatever\n${line('12')}# TYPE flowcollect_kernel_up gauge\nflowcollect_kernel_up 1\n`,
    );
    if (checked.kind === 'refused') throw new Error(checked.message);
    expect(renderExposition(checked.families)).toContain(
      `# HELP ${KERNEL_BYTES} ${requireMetric(KERNEL_BYTES).help}\n`,
    );
    expect(checked.ledger).toEqual({ series: [`${KERNEL_BYTES}{direction="upload"}`], values: [12] });
  });

  it('drops a family without samples', () => {
    const checked = check(`# TYPE flowcollect_kernel_info gauge\n${line('1')}`);
    expect(checked).toMatchObject({ families: [{ name: KERNEL_BYTES }] });
  });

  it('passes a histogram', () => {
    expect(check(seconds('bucket{le="1"} 1', 'bucket{le="+Inf"} 2', 'sum 3', 'count 2')).kind).toBe('checked');
  });

  it.each([
    ['a foreign family', '# TYPE up gauge\nup 1\n', 'not a metric that devices push'],
    [
      'a family of another service',
      '# TYPE flowcollect_today_bytes gauge\nflowcollect_today_bytes 1\n',
      'not a metric',
    ],
    ['a name that objects inherit', '# TYPE constructor gauge\nconstructor 1\n', 'not a metric'],
    ['another type', line('1').replace('counter', 'gauge'), 'the TYPE counter, not gauge'],
    ['no type', `${KERNEL_BYTES}{direction="upload"} 1\n`, 'the TYPE counter, not untyped'],
    ['a missing label', kernel(`${KERNEL_BYTES} 1`), 'labels direction'],
    ['a further label', kernel(`${KERNEL_BYTES}{direction="upload",user="bob"} 1`), 'labels direction'],
    ['an identity label', kernel(`${KERNEL_BYTES}{instance="b"} 1`), 'labels direction'],
    ['a foreign direction', kernel(`${KERNEL_BYTES}{direction="sideways"} 1`), 'none of upload, download'],
    ['a timestamp', line('1 1700000000000'), 'timestamp'],
    ['a negative counter', line('-1'), 'must count from 0'],
    ['a counter that is no number', line('NaN'), 'finite'],
    ['an endless counter', line('+Inf'), 'finite'],
    ['a counter that could not be passed', line('1e300'), 'must count from 0'],
    ['no series', '', 'no series'],
    ['only empty families', '# TYPE flowcollect_kernel_up gauge\n', 'no series'],
    ['falling buckets', seconds('bucket{le="1"} 3', 'bucket{le="+Inf"} 2', 'sum 3', 'count 2'), 'counts fall'],
    ['one bound twice', seconds('bucket{le="1"} 1', 'bucket{le="1.0"} 2', 'sum 3', 'count 2'), 'do not rise'],
    ['no infinite bucket', seconds('bucket{le="1"} 2', 'sum 3', 'count 2'), '+Inf'],
    ['a count that disagrees', seconds('bucket{le="+Inf"} 2', 'sum 3', 'count 3'), 'count equal'],
    ['no sum', seconds('bucket{le="+Inf"} 2', 'count 2'), 'no sum'],
    [
      'a long label',
      `# TYPE flowcollect_kernel_info gauge\nflowcollect_kernel_info{version="${'x'.repeat(MAX_LABEL_LENGTH + 1)}"} 1\n`,
      'longer than',
    ],
  ])('refuses %s', (_, text, message) => {
    expect(check(text)).toMatchObject({ code: 'not_in_contract', message: expect.stringContaining(message) });
  });

  it('refuses more series than a device can have', () => {
    const samples = Array.from(
      { length: MAX_SERIES + 1 },
      (_, index) => `flowcollect_kernel_info{version="${index}"} 1`,
    );
    expect(check(`# TYPE flowcollect_kernel_info gauge\n${samples.join('\n')}\n`)).toMatchObject({ code: 'too_large' });
  });
});

it.each([
  ['short', (index: number) => `${index}`],
  ['of one byte a character', (index: number) => `node number ${index} of a list`],
  ['of two', (index: number) => `香港节点${index}号流媒体解锁专线`],
  ['that are escaped', (index: number) => '\\\\'.repeat(100) + index],
])('what is kept of a push takes what is counted for it, with names %s', (_, name) => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const family = 'flowcollect_host_bytes_total';
  const body = (push: number): Buffer => {
    const lines = Array.from(
      { length: 1000 },
      (_, index) => `${family}{host="${name(index)} ${push}",class="proxy",direction="download"} ${index}\n`,
    );
    return Buffer.from(`# TYPE ${family} counter\n${lines.join('')}`);
  };
  const keep = (push: number): RisingCounters => {
    const checked = parsePush(body(push));
    if (checked.kind === 'refused') throw new Error(checked.message);
    return checked.ledger;
  };
  keep(0);
  collect();
  const before = process.memoryUsage().heapUsed;
  // So many that a megabyte which the engine takes or frees meanwhile for itself is little beside them.
  const kept = Array.from({ length: 120 }, (_, push) => keep(push));
  collect();
  const taken = process.memoryUsage().heapUsed - before;
  const counted = kept.reduce((sum, ledger) => sum + ledgerBytes(ledger), 0);
  expect(taken / counted).toBeLessThan(1.15);
  expect(taken / counted).toBeGreaterThan(0.6);
});
