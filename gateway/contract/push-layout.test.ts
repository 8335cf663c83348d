import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExposition, renderExposition } from '../../core/exposition.ts';
import { KERNEL_BYTES, requireMetric, TRAFFIC_BYTES } from '../../core/metric-contract.ts';
import { checkPush, MAX_COUNT } from './contract-check.ts';
import type { LedgerCounters } from './ledger-counters.ts';
import { createPushLayout, type PushLayout } from './push-layout.ts';

const header = (name: string): string => {
  const { help, type } = requireMetric(name);
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
};
const FRAME = 'flowcollect_exporter_frame_seconds';

/** A push as an exporter writes it, with an empty family and an empty line between families. */
function pushOf([up, down, carry, first, second, sum]: readonly (number | string)[]): string {
  return [
    `${header(KERNEL_BYTES)}${KERNEL_BYTES}{direction="upload"} ${up}\n`,
    `${header(TRAFFIC_BYTES)}${TRAFFIC_BYTES}{node="香港 \\"1\\"",class="proxy",provider="",direction="download",accounting="settled"} ${down}\n`,
    header('flowcollect_uncounted_bytes_total'),
    `${header('flowcollect_exporter_carry_bytes')}flowcollect_exporter_carry_bytes{direction="upload"} ${carry}\n`,
    `${header(FRAME)}${FRAME}_bucket{le="1"} ${first}\n${FRAME}_bucket{le="+Inf"} ${second}\n${FRAME}_sum ${sum}\n${FRAME}_count ${second}\n`,
  ].join('\n');
}

function layoutOf(text: string): PushLayout | undefined {
  const checked = checkPush(parseExposition(text));
  if (checked.kind === 'refused') throw new Error(checked.message);
  return createPushLayout(text, checked.families);
}

const GOOD = [1, 2, -3, 4, 5, 6];
const layout = layoutOf(pushOf(GOOD));

/** What reading in full makes of a push: its ledger, or undefined where it is refused. */
function inFull(text: string): LedgerCounters | undefined {
  try {
    const checked = checkPush(parseExposition(text));
    return checked.kind === 'refused' ? undefined : checked.ledger;
  } catch {
    return undefined;
  }
}

describe('the layout of a push', () => {
  it('reads the next one like a full reading', () => {
    const next = pushOf([10, 2 ** 53 - 1, -0.5, 7, 8, 1.25e-7]);
    const ledger = layout?.read(Buffer.from(next));
    expect(ledger).toEqual(inFull(next));
    expect(ledger?.series.length).toBe(2);
  });

  it('lets no push pass that a full reading would not let pass as it is', () => {
    const value = fc.oneof(
      fc.nat().map(String),
      fc.double().map(String),
      fc.constantFrom(
        '',
        '-1',
        '+1',
        '.5',
        '1.',
        'NaN',
        '+Inf',
        '1e308',
        '1e309',
        '0x1',
        '1 2',
        ' 1',
        '1 ',
        '1\r',
        '٣',
      ),
      fc.constantFrom(String(MAX_COUNT), String(MAX_COUNT + 2), '9'.repeat(40), '0'.repeat(40)),
    );
    fc.assert(
      fc.property(fc.array(value, { minLength: 6, maxLength: 6 }), (values) => {
        const text = pushOf(values);
        const ledger = layout?.read(Buffer.from(text));
        if (ledger !== undefined) expect(ledger).toEqual(inFull(text));
      }),
      { numRuns: 3000 },
    );
  });

  it('reads a push that was changed in one byte as a full reading does, or not at all', () => {
    const good = Buffer.from(pushOf(GOOD));
    fc.assert(
      fc.property(
        fc.nat(good.length - 1),
        fc.nat(255),
        fc.constantFrom('change', 'insert', 'drop'),
        (at, byte, how) => {
          const rest = good.subarray(how === 'insert' ? at : at + 1);
          const changed = Buffer.concat([good.subarray(0, at), Buffer.from(how === 'drop' ? [] : [byte]), rest]);
          const ledger = layout?.read(changed);
          if (ledger !== undefined) expect(ledger).toEqual(inFull(changed.toString()));
        },
      ),
      { numRuns: 5000 },
    );
  });

  it('stays the same when the push is passed on and read again', () => {
    const text = pushOf(GOOD);
    expect(parseExposition(text).filter(({ samples }) => samples.length > 0)).toEqual(
      parseExposition(renderExposition(parseExposition(text))).filter(({ samples }) => samples.length > 0),
    );
  });

  it.each([
    ['cut short', (text: string) => text.slice(0, -1)],
    ['longer', (text: string) => `${text}\n`],
    ['of other counts', (text: string) => text.replace('_count 5', '_count 6')],
    ['of falling buckets', (text: string) => text.replace('le="1"} 4', 'le="1"} 6')],
    ['with a negative counter', (text: string) => text.replace('upload"} 1\n', 'upload"} -1\n')],
    ['with a timestamp', (text: string) => text.replace('upload"} 1\n', 'upload"} 1 1700000000000\n')],
    ['with another help', (text: string) => text.replace('# HELP', '# HELP ')],
  ])('leaves a push that is %s to a full reading', (_, change) => {
    expect(layout?.read(Buffer.from(change(pushOf(GOOD))))).toBeUndefined();
  });

  it.each([
    ['another help', (text: string) => text.replace(requireMetric(KERNEL_BYTES).help, 'whatever')],
    ['a comment', (text: string) => `# hello\n${text}`],
    ['blanks', (text: string) => text.replace('upload"} 1', 'upload"}  1')],
    ['a blank at the end of a line', (text: string) => text.replace('upload"} 1\n', 'upload"} 1 \n')],
    ['an escape that need not be', (text: string) => text.replace('direction="upload"', 'direction="upload",')],
  ])('is not made of a push with %s, which is passed on rewritten', (_, change) => {
    expect(layoutOf(change(pushOf(GOOD)))).toBeUndefined();
  });
});
