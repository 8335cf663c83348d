import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findInBody, parseRefillDate, parseUserinfo } from './subscription.ts';

const written = (name: string): string => readFileSync(new URL(`../../test/written/${name}`, import.meta.url), 'utf8');
const PIB = 2 ** 50;
const codes = (text: string) => parseUserinfo(text).reasons.map((each) => each.code);

describe('a Subscription-Userinfo header', () => {
  it('is read at once, however many blanks a stranger puts into it', () => {
    const begun = performance.now();
    const text = `upload=1;${' '.repeat(16_000)}x;${'\t \n'.repeat(5_000)}download=2; total=3`;
    expect(parseUserinfo(text)).toMatchObject({ upload: 1, download: 2, quota: 3 });
    expect(performance.now() - begun).toBeLessThan(500);
  });

  it.each([
    [
      'upload=455727941; download=6174315083; total=1073741824000; expire=1671815872',
      455727941,
      6174315083,
      1073741824000,
      1671815872,
    ],
    [
      'upload=124820429; download=4547119625; total=1.0738518196224E+14; expire=1643726001',
      124820429,
      4547119625,
      107385181962240,
      1643726001,
    ],
    ['upload=0; download=1; total=2; expire=1700000000;', 0, 1, 2, 1700000000],
    [' Upload = 10.9 ; DOWNLOAD=20.2; Total=100; Expire=1800000000 ', 10, 20, 100, 1800000000],
    ['upload=0; download=5; total=10; expire=1791612000000', 0, 5, 10, 1791612000],
    ['upload=1,download=2,total=3', 1, 2, 3, null],
    [
      'upload=1; download=2; total=10; expire=1790000000; reset_day=12; app_url=https%3A%2F%2Fa.b; plan_name=VIP%201',
      1,
      2,
      10,
      1790000000,
    ],
    ['total=10; expire=1790000000; download=2;upload=1', 1, 2, 10, 1790000000],
    ['upload=1; download=2; total=10; download=7', 1, 7, 10, null],
    ['upload=1; download=7; total=10; download=', 1, 7, 10, null],
    ['upload=1e3; download=.5e1; total=+10', 1000, 5, 10, null],
    ['subscription-userinfo: upload=1; download=2; total=3', 1, 2, 3, null],
    ['x-amz-meta-subscription-userinfo: upload=1; download=2; total=3', 1, 2, 3, null],
    ['X-Obs-Meta-Subscription-Userinfo: upload=1; download=2; total=3', 1, 2, 3, null],
    ['# upload=1; download=2; total=3; expire=1790000000;', 1, 2, 3, 1790000000],
    ['upload=1 download=2 total = 3', 1, 2, 3, null],
    ['upload=1&download=2&total=3', 1, 2, 3, null],
    ['upload=1; download=2; total=1 073 741 824', 1, 2, 1073741824, null],
    [written('header-thousands.txt'), 1_234_567, 12_345_678, 107_374_182_400, 1790000000],
    ['upload=1,234,567,download=2,345,total=3,456.9,expire=1,790,000,000', 1234567, 2345, 3456, 1790000000],
    ['\uFEFF# upload=1; download=2; total=3', 1, 2, 3, null],
  ])('%s', (text, upload, download, quota, expiry) => {
    expect(parseUserinfo(text)).toMatchObject({
      upload,
      download,
      used: upload + download,
      quota,
      expiry,
      unlimited: false,
    });
  });

  it.each([
    ['an empty expiry', 'upload=1; download=2; total=107374182400; expire='],
    ['an expiry of 0', 'upload=1; download=2; total=107374182400; expire=0'],
    ['an expiry in the year 9999', 'upload=0; download=275775488; total=209715200; expire=253402300799'],
    ['an expiry in the year 6700', 'upload=1; download=2; total=3; expire=149280451200'],
    ['no expiry', 'upload=1; download=2; total=3'],
  ])('takes %s for none', (_, text) => {
    expect(parseUserinfo(text).expiry).toBeNull();
    expect(codes(text)).toEqual(['expiry_none']);
  });

  it.each(['612889500', '-1790000000', '1e400'])('does not believe an expiry of %s', (expire) => {
    expect(parseUserinfo(`upload=1; download=2; total=3; expire=${expire}`)).toMatchObject({ used: 3, expiry: null });
    expect(codes(`upload=1; download=2; total=3; expire=${expire}`)).toEqual(['expiry_implausible']);
  });

  it.each([
    ['upload=0; download=123; total=0; expire=0', 123],
    [`upload=0; download=0; total=${PIB}; expire=253392451200`, 0],
    ['upload=1; download=2; total=10737418240000000; expire=1790000000', 3],
    ['upload=1; download=2; total=9223372036854775808', 3],
    ['upload=1; download=2; total=18446744073709551615; expire=1790000000', 3],
    ['upload=0; download=0; total=0; expire=1790000000', 0],
  ])('knows %s as unlimited', (text, used) => {
    expect(parseUserinfo(text)).toMatchObject({ used, quota: null, unlimited: true });
    expect(codes(text)).toContain('quota_unlimited');
  });

  it('keeps a use over the quota', () => {
    expect(parseUserinfo('upload=0; download=275775488; total=209715200')).toMatchObject({
      used: 275775488,
      quota: 209715200,
    });
  });
});

describe('what cannot be trusted', () => {
  it.each([
    ['', 'header_empty'],
    ['   ', 'header_empty'],
    ['subscription-userinfo:', 'header_empty'],
    ['<html>502 Bad Gateway</html>', 'header_garbage'],
    ['upload', 'header_garbage'],
    ['upload=0; download=0; total=0; expire=0', 'header_all_zero'],
    ['#subscription-userinfo: upload=0; download=0; total=0; expire=0', 'header_all_zero'],
    ['upload=0; download=0; total=0', 'header_all_zero'],
    ['upload=0; download=0; total=0; expire=612889500', 'header_all_zero'],
    ['STATUS=🚀↑:0GB,↓:0GB,TOT:0GB💡Expires:N/A', 'header_all_zero'],
    ['subscription-refill-date: 1786309200', 'header_garbage'],
  ])('%j is wholly unknown, never 0', (text, code) => {
    expect(parseUserinfo(text)).toMatchObject({
      upload: null,
      download: null,
      used: null,
      quota: null,
      unlimited: false,
      expiry: null,
    });
    expect(codes(text)).toEqual([code]);
  });

  it.each([
    ['total=100', 'figure_missing'],
    ['upload=; download=2; total=10', 'figure_empty'],
    ['upload=-1; download=2; total=10', 'figure_negative'],
    ['upload=NaN; download=2; total=10', 'figure_invalid'],
    ['upload=1 GB; download=2; total=10', 'figure_invalid'],
    ['upload=1e400; download=2; total=10', 'figure_too_large'],
    ['upload=9223372036854775808; download=2; total=10', 'figure_too_large'],
  ])('%s leaves the use unknown, with its reason', (text, code) => {
    expect(parseUserinfo(text).used).toBeNull();
    expect(parseUserinfo(text).reasons).toContainEqual(expect.objectContaining({ code }));
  });

  it.each(['upload=1; download=2', 'upload=1; download=2; total=', 'upload=1; download=2; total=-5'])(
    '%s leaves the quota unknown, which is not unlimited',
    (text) => {
      expect(parseUserinfo(text)).toMatchObject({ used: 3, quota: null, unlimited: false });
    },
  );

  it.each(['upload=0; download=0', 'upload=0; download=0; total=; expire=', 'upload=0;download=0;total=abc'])(
    'does not take %s for no use',
    (text) => {
      expect(parseUserinfo(text)).toMatchObject({ upload: null, download: null, used: null });
      expect(codes(text)).toContain('header_all_zero');
    },
  );

  it('says that a figure was given twice', () => {
    expect(codes('upload=1; upload=2; download=2; total=10')).toContain('figure_repeated');
  });
});

describe('the status line of a body', () => {
  it('is read with the precision that its rounding leaves', () => {
    const quota = parseUserinfo('STATUS=🚀↑:1.2GB,↓:3.4GB,TOT:100GB💡Expires:2026-12-01');
    expect(quota).toMatchObject({ upload: 1288490189, download: 3650722202, quota: 107374182400, expiry: 1796054400 });
    expect(quota.precision).toBeGreaterThan(0.09 * 2 ** 30);
    expect(quota.reasons).toContainEqual({ code: 'figures_rounded' });
  });

  it.each(['N/A', '1970-01-01', '9999-12-31'])('knows no expiry from %s', (date) => {
    expect(parseUserinfo(`STATUS=🚀↑:1.2GB,↓:3.4GB,TOT:100GB💡Expires:${date}`).expiry).toBeNull();
  });
});

it('reads a refill date and refuses what is none', () => {
  expect(parseRefillDate('1786309200')).toBe(1786309200);
  expect(parseRefillDate('soon')).toBeNull();
});

it('gives back whole byte counts as they were written, in any order and spacing', () => {
  const size = fc.integer({ min: 1, max: 2 ** 49 });
  const spaces = fc.constantFrom('', ' ', '  ');
  fc.assert(
    fc.property(
      size,
      size,
      size,
      spaces,
      fc.shuffledSubarray(['upload', 'download', 'total'], { minLength: 3 }),
      (u, d, t, gap, order) => {
        const value: Record<string, number> = { upload: u, download: d, total: t };
        const text = order.map((key) => `${gap}${key}${gap}=${gap}${value[key]}`).join(';');
        expect(parseUserinfo(text)).toMatchObject({ upload: u, download: d, used: u + d, quota: t });
      },
    ),
  );
});

it('never gives a negative, fractional or infinite figure, whatever it is fed', () => {
  const piece = fc.constantFrom(
    'upload=',
    'download=',
    'total=',
    'expire=',
    ';',
    ',',
    '-',
    '1',
    '0',
    'e',
    '.',
    '99',
    ' ',
    '=',
    'NaN',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
      const { upload, download, used, quota, expiry } = parseUserinfo(pieces.join(''));
      for (const figure of [upload, download, used, quota, expiry]) {
        expect(figure === null || (Number.isInteger(figure) && figure >= 0)).toBe(true);
      }
    }),
  );
});

it.each(['1,23', '1,2345', '12,34,567', '1.234.567', "1'234", '1，234', '12GB'])(
  'takes no beginning of %s for a figure, but says that it is none',
  (figure) => {
    const { upload, used, reasons } = parseUserinfo(`upload=${figure}; download=2; total=3`);
    expect(upload).toBeNull();
    expect(used).toBeNull();
    expect(reasons).toContainEqual({ code: 'figure_invalid', detail: 'upload' });
  },
);

it('finds the line behind a byte order mark, and reads thousands in a status line', () => {
  expect(findInBody(`\uFEFF#subscription-userinfo: upload=1\n`)).toContain('upload=1');
  expect(findInBody(Buffer.from('\uFEFFSTATUS=↑:1GB,↓:2GB,TOT:3GB').toString('base64'))).toContain('TOT:3GB');
  expect(parseUserinfo('STATUS=🚀↑:1,234.5MB,↓:0B,TOT:1,000GB')).toMatchObject({
    upload: 1234.5 * 2 ** 20,
    quota: 1000 * 2 ** 30,
  });
});
