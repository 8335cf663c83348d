import { type ComparedSpan, comparedSpans, type WindowRecord } from './window-record.ts';

const MIB = 2 ** 20;

/** What an airport's bill is to what its nodes let expect, learned from days that fitted. */
export interface Calibration {
  /** Bytes billed per byte expected. */
  readonly ratio: number;
  /** Bytes a day that are billed whatever the devices use: health checks, which the kernels do not count. */
  readonly offset: number;
  /** Days that this rests on; 0 while nothing is learned. */
  readonly days: number;
  /** The usual deviation of a day, as a share of what was expected. */
  readonly noise: number;
  /** Variances and covariance of ratio and offset. */
  readonly uncertainty: { readonly ratio: number; readonly both: number; readonly offset: number };
}

/** Before anything is learned: payload is billed as payload, and some protocols add up to three per cent. */
export const UNCALIBRATED: Calibration = {
  ratio: 1,
  offset: 0,
  days: 0,
  noise: 0,
  uncertainty: { ratio: 0, both: 0, offset: 0 },
};

const DAY = 24 * 3_600_000;
/** Learning begins with the first fortnight; its reset and what failed in it may leave few clean spans. */
const FIRST_DAYS = 14;
const FEWEST_SPANS = 8;
/** The newest days are not learned from: a leak that began among them must not become normal. */
const NOT_YET_BELIEVED = 14;
/** A report may come minutes late. */
const SLACK = 3_600_000;
const LONGEST_REFERENCE = 60;

/** Protocol overhead is billed by some servers, never more than this. */
export const HIGHEST_RATIO = 1.05;
/** Below, the verdict is `underbilled` and nothing is learned. */
const LOWEST_RATIO = 0.8;
/**
 * What health checks can cost: a test moves about 7 kB, every 5 minutes by default, so 2 MB a day for each tested node;
 * 16 of them.
 */
export const HIGHEST_OFFSET = 32 * MIB;

/** What is believed of the noise before it is seen, and how many days that belief is worth. */
const PRIOR_NOISE = 0.006;
const PRIOR_WORTH = 8;
/** Lag and rounding move some bytes between any two days. */
const FLOOR = 4 * MIB;

/** The reference of a history: its clean spans, without the newest, which are what is examined. */
export function referenceOf(spans: readonly ComparedSpan[]): readonly ComparedSpan[] {
  const [first, last] = [spans[0], spans.at(-1)];
  if (first === undefined || last === undefined) return [];
  const until = Math.max(first.from + FIRST_DAYS * DAY, last.to - NOT_YET_BELIEVED * DAY) + SLACK;
  const clean = spans.filter((span) => span.clean);
  if (last.to < first.from + FIRST_DAYS * DAY - SLACK || clean.length < FEWEST_SPANS) return [];
  const believed = clean.filter(({ to }) => to <= until);
  return (believed.length < FEWEST_SPANS ? clean.slice(0, FEWEST_SPANS) : believed).slice(-LONGEST_REFERENCE);
}

/**
 * Learns ratio and daily offset by weighted least squares with weak beliefs beforehand, kept within what an honest
 * airport can show: a leak shows as an offset above the bound, and so cannot be learned away.
 */
export function calibrate(windows: readonly WindowRecord[]): Calibration {
  const reference = referenceOf(comparedSpans(windows));
  if (reference.length === 0) return UNCALIBRATED;
  const mean = meanOf(reference);
  const sum = (of: (span: ComparedSpan) => number): number => reference.reduce((total, span) => total + of(span), 0);
  // Unsure multipliers widen what the ratio may be.
  const width =
    mean === 0 ? 0 : sum(({ low, high, likely }) => Math.max(high - likely, likely - low)) / sum((each) => each.likely);
  const [least, most] = [LOWEST_RATIO * (1 - Math.min(width, 1)), HIGHEST_RATIO * (1 + width)];
  const prior = {
    ratio: 1.01,
    ratioWeight: 1 / (0.02 + width) ** 2,
    offset: HIGHEST_OFFSET / 4,
    offsetWeight: 1 / (HIGHEST_OFFSET / 2) ** 2,
  };

  let noise = PRIOR_NOISE + width / 4;
  const startNoise = noise;
  let fit = { ratio: prior.ratio, offset: prior.offset };
  let uncertainty = UNCALIBRATED.uncertainty;
  for (let round = 0; round < 3; round += 1) {
    let [aa, ab, bb, ad, bd] = [
      prior.ratioWeight,
      0,
      prior.offsetWeight,
      prior.ratioWeight * prior.ratio,
      prior.offsetWeight * prior.offset,
    ];
    for (const { likely, days, billed } of reference) {
      const weight = 1 / varianceOf(likely, days, noise, mean);
      aa += weight * likely ** 2;
      ab += weight * likely * days;
      bb += weight * days ** 2;
      ad += weight * likely * billed;
      bd += weight * days * billed;
    }
    const determinant = aa * bb - ab ** 2;
    uncertainty = { ratio: bb / determinant, both: -ab / determinant, offset: aa / determinant };
    const offset = clamp((aa * bd - ab * ad) / determinant, 0, HIGHEST_OFFSET);
    fit = { offset, ratio: clamp((ad - ab * offset) / aa, least, most) };
    const squares = sum(({ likely, days, billed }) => {
      const expected = fit.ratio * likely + fit.offset * days;
      return (billed - expected) ** 2 / Math.max(varianceOf(likely, days, 1, mean), 1);
    });
    noise = Math.sqrt((PRIOR_WORTH * startNoise ** 2 + squares) / (PRIOR_WORTH + reference.length));
  }
  return { ...fit, days: Math.round(sum(({ days }) => days)), noise, uncertainty };
}

/** Mean use of a day. */
export function meanOf(spans: readonly ComparedSpan[]): number {
  const days = spans.reduce((sum, span) => sum + span.days, 0);
  return days === 0 ? 0 : spans.reduce((sum, span) => sum + span.likely, 0) / days;
}

/** How far a span may be off by chance, squared: a share of its use, and something on idle days too. */
export function varianceOf(likely: number, days: number, noise: number, mean: number): number {
  return noise ** 2 * (likely ** 2 / Math.max(days, 1) + days * (0.3 * mean) ** 2) + FLOOR ** 2;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
