import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeHelp } from '../../core/exposition.ts';
import { KERNEL_BYTES, requireMetric, TRAFFIC_BYTES } from '../../core/metric-contract.ts';
import { parsePush } from './contract-check.ts';
import { createPushLayout, createPushParser, MAX_COUNT, type PushLayout } from './push-parser.ts';

const header = (name: string): string => {
  const { help, type } = requireMetric(name);
  return `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n`;
};
const FRAME = 'flowcollect_exporter_frame_seconds';
const CARRY = 'flowcollect_exporter_carry_bytes';

/** A push as an exporter writes it, with a node that is named like a number and one of two bytes a character. */
function pushOf([up, down, carry, first, second, sum]: readonly (number | string)[]): string {
  return [
    `${header(KERNEL_BYTES)}${KERNEL_BYTES}{direction="upload"} ${up}\n`,
    `${header(TRAFFIC_BYTES)}${TRAFFIC_BYTES}{accounting="settled",class="proxy",direction="download",node="香港 \\"1\\" 2",provider=""} ${down}\n`,
    `${header(CARRY)}${CARRY}{direction="upload"} ${carry}\n`,
    `${header(FRAME)}${FRAME}_bucket{le="1"} ${first}\n${FRAME}_bucket{le="+Inf"} ${second}\n${FRAME}_sum ${sum}\n${FRAME}_count ${second}\n`,
  ].join('');
}

function layoutOf(text: string): PushLayout | undefined {
  const checked = parsePush(Buffer.from(text));
  if (checked.kind === 'refused') throw new Error(checked.message);
  return createPushLayout(Buffer.from(text), checked);
}

const GOOD = [1, 2, -3, 4, 5, 6];
const layout = layoutOf(pushOf(GOOD));

/** The layout lets a push through only as {@link parsePush} does, and then says the same. */
function expectTheSame(bytes: Buffer, of = layout): void {
  const ledger = of?.read(bytes);
  if (ledger === undefined) return;
  const plain = parsePush(bytes);
  if (plain.kind === 'refused') expect.fail(plain.message);
  expect([plain.text.toString(), plain.ledger]).toEqual([bytes.toString(), ledger]);
}

const anyNumber = fc.oneof(
  fc.nat().map(String),
  fc.double().map(String),
  fc.constantFrom('', '-1', '+1', '-0', '.5', '1.', '1.0', '007', '00', '1e3', 'NaN', '+Inf', '1e308', '1e309', '0x1'),
  fc.constantFrom(
    '1 2',
    ' 1',
    '1 ',
    '1\r',
    '٣',
    String(MAX_COUNT),
    String(MAX_COUNT + 2),
    '9'.repeat(40),
    '0'.repeat(40),
  ),
);

describe('the layout of a push', () => {
  it('reads the next one as it is parsed and checked', () => {
    const next = Buffer.from(pushOf([10, 2 ** 53 - 1, -0.5, 7, 8, 1.25e-7]));
    expect(layout?.read(next)?.values).toEqual([10, 2 ** 53 - 1]);
    expectTheSame(next);
  });

  it('lets through only what would be rendered to the same bytes, whatever its numbers', () => {
    fc.assert(
      fc.property(fc.array(anyNumber, { minLength: 6, maxLength: 6 }), (values) => {
        expectTheSame(Buffer.from(pushOf(values)));
      }),
      { numRuns: 3000 },
    );
  });

  it('lets through only what would be rendered to the same bytes, whichever byte was changed', () => {
    const good = Buffer.from(pushOf(GOOD));
    fc.assert(
      fc.property(
        fc.nat(good.length - 1),
        fc.nat(255),
        fc.constantFrom('change', 'insert', 'drop'),
        (at, byte, how) => {
          const rest = good.subarray(how === 'insert' ? at : at + 1);
          expectTheSame(Buffer.concat([good.subarray(0, at), Buffer.from(how === 'drop' ? [] : [byte]), rest]));
        },
      ),
      { numRuns: 5000 },
    );
  });

  it.each([
    ['cut short', (text: string) => text.slice(0, -1)],
    ['longer', (text: string) => `${text}\n`],
    ['of other counts', (text: string) => text.replace('_count 5', '_count 6')],
    ['of falling buckets', (text: string) => text.replace('le="1"} 4', 'le="1"} 6')],
    ['with a negative counter', (text: string) => text.replace('upload"} 1\n', 'upload"} -1\n')],
    ['with a timestamp', (text: string) => text.replace('upload"} 1\n', 'upload"} 1 1700000000000\n')],
    ['with a number written otherwise', (text: string) => text.replace('upload"} 1\n', 'upload"} 01\n')],
    ['with another help', (text: string) => text.replace('# HELP', '# HELP ')],
  ])('leaves a push that is %s to the parser', (_, change) => {
    expect(layout?.read(Buffer.from(change(pushOf(GOOD))))).toBeUndefined();
  });

  it.each([
    ['another help', (text: string) => text.replace(requireMetric(KERNEL_BYTES).help, 'whatever')],
    ['no help', (text: string) => text.replace(/# HELP .*\n/, '')],
    ['a family without series', (text: string) => text + header('flowcollect_uncounted_bytes_total')],
    ['an empty line', (text: string) => `\n${text}`],
    ['a comment', (text: string) => `# hello\n${text}`],
    ['blanks', (text: string) => text.replace('upload"} 1', 'upload"}  1')],
    ['labels in another order', (text: string) => text.replace(/(accounting="settled"),(class="proxy")/, '$2,$1')],
    ['an escape that need not be', (text: string) => text.replace('direction="upload"', 'direction="upload",')],
  ])('is not made of a push with %s, which is passed on rewritten', (_, change) => {
    const text = change(pushOf(GOOD));
    expect(text).not.toBe(pushOf(GOOD));
    expect(layoutOf(text)).toBeUndefined();
  });
});

describe('a parser of pushes', () => {
  const device = { user: 'default', deviceId: 'a' };
  const series = `${KERNEL_BYTES}{direction="upload"}`;
  const { help } = requireMetric(KERNEL_BYTES);
  const textOf = (value: number, words = `# HELP ${KERNEL_BYTES} ${help}\n`): Buffer =>
    Buffer.from(`${words}# TYPE ${KERNEL_BYTES} counter\n${series} ${value}\n`);

  it('passes every push of a device on with the help of the contract, as it came where it has it', () => {
    const parser = createPushParser(parsePush);
    const packed = Buffer.from('packed');
    for (const [pushed, value, isAsItCame] of [
      [textOf(1, `# HELP ${KERNEL_BYTES} whatever\n`), 1, false],
      [textOf(2, `# HELP ${KERNEL_BYTES} whatever\n`), 2, false],
      [textOf(3, ''), 3, false],
      [textOf(4, ''), 4, false],
      [textOf(5), 5, true],
      [textOf(6), 6, true],
      [textOf(7, ''), 7, false],
    ] as const) {
      const parsed = parser.parse(device, pushed, packed);
      if (parsed.kind === 'refused') throw new Error(parsed.message);
      expect([parsed.text.toString(), parsed.ledger]).toEqual([
        textOf(value).toString(),
        { series: [series], values: [value] },
      ]);
      expect(parsed.packed).toBe(isAsItCame ? packed : undefined);
    }
  });

  it('says of every push of a sequence what parsing each alone says', () => {
    const texts = fc
      .oneof(fc.nat(), fc.constantFrom(-1, 0.5))
      .chain((value) =>
        fc.constantFrom(
          textOf(value),
          textOf(value, ''),
          Buffer.concat([textOf(value), Buffer.from('\n')]),
          Buffer.from([0xff]),
        ),
      );
    fc.assert(
      fc.property(fc.array(texts, { maxLength: 12 }), (sequence) => {
        const parser = createPushParser(parsePush);
        for (const bytes of sequence) {
          const [parsed, plain] = [parser.parse(device, bytes), parsePush(bytes)];
          if (parsed.kind === 'refused' || plain.kind === 'refused') expect(parsed).toEqual(plain);
          else expect([parsed.text.toString(), parsed.ledger]).toEqual([plain.text.toString(), plain.ledger]);
        }
      }),
    );
  });

  it('keeps to the contract after good pushes too', () => {
    const parser = createPushParser(parsePush);
    parser.parse(device, textOf(1));
    expect(parser.parse(device, Buffer.from(`${textOf(2)}${series} 3\n`))).toMatchObject({ code: 'not_exposition' });
    expect(parser.parse(device, textOf(-1))).toMatchObject({ code: 'not_in_contract' });
    expect(parser.parse(device, Buffer.concat([textOf(2), Buffer.from([0xff, 0x0a])]))).toMatchObject({
      code: 'bad_body',
    });
  });

  it('refuses a byte order mark and what is no UTF-8', () => {
    const parser = createPushParser(parsePush);
    expect(parser.parse(device, Buffer.from(`\uFEFF${textOf(1)}`))).toMatchObject({ code: 'not_exposition' });
    expect(parser.parse(device, Buffer.from([0x61, 0xff]))).toMatchObject({ code: 'bad_body' });
  });

  it('reads the same whether or not there is room to remember', () => {
    const [roomy, tight] = [createPushParser(parsePush), createPushParser(parsePush, 0)];
    for (let value = 1; value < 4; value += 1) {
      for (const deviceId of ['a', 'b']) {
        const other = { ...device, deviceId };
        expect(tight.parse(other, textOf(value))).toMatchObject({ ...roomy.parse(other, textOf(value)) });
      }
    }
  });
});
