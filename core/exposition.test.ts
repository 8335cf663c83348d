import fc from 'fast-check';
import * as promClient from 'prom-client';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { type ExpositionFamily, renderExposition, seriesKey } from './exposition.ts';
import { ExpositionError, parseExposition } from './exposition-parser.ts';

const sampleOf = (line: string) => parseExposition(`${line}\n`)[0]?.samples[0];

const problemOf = (text: string): { line: number; problem: string } => {
  try {
    parseExposition(text);
  } catch (error) {
    if (error instanceof ExpositionError) return { line: error.line, problem: error.problem };
    throw error;
  }
  throw new Error('expected an ExpositionError');
};

describe('parseExposition', () => {
  it('reads families with their help, type and samples', () => {
    const text =
      '# HELP a_total All\\nof it \\\\\n# TYPE a_total counter\na_total{node="香港 \\"1\\"",x="",} 12 1700000000000\n';
    expect(parseExposition(text)).toEqual([
      {
        name: 'a_total',
        type: 'counter',
        help: 'All\nof it \\',
        samples: [
          {
            name: 'a_total',
            labels: new Map([
              ['node', '香港 "1"'],
              ['x', ''],
            ]),
            value: 12,
            timestamp: 1_700_000_000_000,
          },
        ],
      },
    ]);
  });

  it.each([
    ['a 1', 1],
    ['a  -1.5e3', -1500],
    ['a +Inf', Number.POSITIVE_INFINITY],
    ['a -Inf', Number.NEGATIVE_INFINITY],
    ['a\tNaN', Number.NaN],
    ['a -0', -0],
    ['a{} .5', 0.5],
    [' a { b = "c" , } 1', 1],
  ])('reads the value of %j', (line, value) => {
    expect(sampleOf(line)?.value).toBe(value);
  });

  it('keeps the samples of a histogram and of a summary in their family', async () => {
    const registry = new Registry();
    const histogram = new promClient.Histogram({ name: 'h', help: 'h', buckets: [1, 2], registers: [registry] });
    new promClient.Summary({ name: 's', help: 's', registers: [registry] }).observe(3);
    histogram.observe(1.5);
    const families = parseExposition(await registry.metrics());
    expect(families.map((family) => [family.name, family.type])).toEqual([
      ['h', 'histogram'],
      ['s', 'summary'],
    ]);
    expect(families[0]?.samples.map(seriesKey)).toEqual([
      'h_bucket{le="1"}',
      'h_bucket{le="2"}',
      'h_bucket{le="+Inf"}',
      'h_sum',
      'h_count',
    ]);
  });

  it('skips comments and empty lines', () => {
    expect(parseExposition('\n# a comment\n#\n  \na 1\n')).toHaveLength(1);
    expect(parseExposition('')).toEqual([]);
  });

  it.each([
    ['a 1', 1, 'newline'],
    ['a 1\r\n', 1, 'not a number'],
    ['1a 1\n', 1, 'name of its metric'],
    ['a\n', 1, 'no value'],
    ['a 0x10\n', 1, 'not a number'],
    ['a 1e999\n', 1, 'not a number'],
    ['a 1 2 3\n', 1, 'more than'],
    ['a 1 1.5\n', 1, 'timestamp'],
    ['a{b="c} 1\n', 1, 'double quote'],
    ['a{b="\\t"} 1\n', 1, 'backslash'],
    ['a{b="\\', 1, 'newline'],
    ['a{b="c" d="e"} 1\n', 1, '"," or "}"'],
    ['a{b="c",b="d"} 1\n', 1, 'appears twice'],
    ['a{__name__="b"} 1\n', 1, '__name__'],
    ['a{,} 1\n', 1, 'must have a name'],
    ['{"a"} 1\n', 1, 'name of its metric'],
    ['a{b="c",d="e"} 1\na{d="e",b="c"} 2\n', 2, 'series a{b="c",d="e"} appears twice'],
    ['a 1\nb 1\na{x="y"} 1\n', 3, 'are not together'],
    ['a 1\n# TYPE a gauge\n', 2, 'before its samples'],
    ['# TYPE a gauge\n# TYPE a gauge\n', 2, 'appears twice'],
    ['# HELP a x\n# HELP a x\n', 2, 'appears twice'],
    ['# TYPE a thing\n', 1, 'unknown TYPE'],
    ['# TYPE 9 gauge\n', 1, 'must name a metric'],
    ['# HELP a \\x\n', 1, 'backslash'],
    ['# TYPE h histogram\nh 1\n', 2, 'cannot be a sample'],
    ['# TYPE h histogram\nh_bucket 1\n', 2, 'needs a label le'],
    ['# TYPE s summary\ns{quantile="x"} 1\n', 2, 'needs a label quantile'],
    ['a{b="\ud800"} 1\n', 1, 'Unicode'],
  ])('refuses %j', (text, line, problem) => {
    expect(problemOf(text)).toEqual({ line, problem: expect.stringContaining(problem) });
  });

  it('never fails otherwise, whatever it is fed', () => {
    const fragments = fc.array(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('# TYPE ', '# HELP ', 'a', '{', '}', '="', '"', '\\', ' 1', '\n'),
      ),
    );
    fc.assert(
      fc.property(fragments, (parts) => {
        try {
          parseExposition(parts.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(ExpositionError);
        }
      }),
    );
  });

  it.each([
    ['open label values', (n: number) => `a{b="${'\\\\'.repeat(n)}`],
    ['blanks', (n: number) => `${' '.repeat(n)}\\`],
    ['blanks before a value', (n: number) => `a${' '.repeat(n)}`],
    ['blanks in a comment', (n: number) => `# HELP${' '.repeat(n)}`],
    ['digits', (n: number) => `a ${'1'.repeat(n)}x`],
  ])('ends on a megabyte of %s', (_, text) => {
    expect(() => parseExposition(`${text(1_000_000)}\n`)).toThrow(ExpositionError);
  });
});

describe('renderExposition', () => {
  const name = fc.stringMatching(/^[a-zA-Z_:][a-zA-Z0-9_:]{0,8}$/);
  const labels = fc
    .dictionary(
      fc
        .stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,8}$/)
        .filter((label) => !['__name__', 'le', 'quantile'].includes(label)),
      fc.string({ unit: 'binary' }).filter((text) => !/\p{Cs}/u.test(text)),
      { maxKeys: 4 },
    )
    .map((entries) => new Map(Object.entries(entries)));
  const value = fc.oneof(fc.double(), fc.maxSafeInteger());
  const sample = fc.record({ labels, value, timestamp: fc.maxSafeInteger() }, { requiredKeys: ['labels', 'value'] });
  // Blanks between the name and its help are separators, so a help cannot begin with one.
  const help = fc.string({ unit: 'binary' }).filter((text) => !/^[ \t]|\p{Cs}/u.test(text));
  const simple = fc.record({
    name,
    type: fc.constantFrom('counter' as const, 'gauge' as const, 'untyped' as const),
    help,
    samples: fc.uniqueArray(sample, { selector: (each) => seriesKey({ name: 'x', ...each }) }),
  });
  const histogram = fc.record({ name, help, bounds: fc.uniqueArray(fc.float({ noNaN: true })), labels }).map(
    (drawn): ExpositionFamily => ({
      name: drawn.name,
      type: 'histogram',
      help: drawn.help,
      samples: [
        ...drawn.bounds.map((bound, index) => ({
          name: `${drawn.name}_bucket`,
          labels: new Map([...drawn.labels, ['le', String(bound).replace('Infinity', 'Inf')]]),
          value: index,
        })),
        { name: `${drawn.name}_sum`, labels: drawn.labels, value: 1 },
        { name: `${drawn.name}_count`, labels: drawn.labels, value: 1 },
      ],
    }),
  );
  const families = fc.uniqueArray(
    fc.oneof(
      simple.map(
        (family): ExpositionFamily => ({
          ...family,
          samples: family.samples.map((each) => ({ name: family.name, ...each })),
        }),
      ),
      histogram,
    ),
    // A histogram's samples carry suffixes: keep other families from taking those names.
    { selector: (family) => family.name.replace(/(_bucket|_sum|_count)+$/, '') },
  );

  it('writes what parseExposition reads back the same', () => {
    fc.assert(
      fc.property(families, (drawn) => {
        expect(parseExposition(renderExposition(drawn))).toEqual(drawn);
      }),
      { numRuns: 500 },
    );
  });
});
