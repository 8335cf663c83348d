import type { ExpositionFamily } from '../../core/exposition.ts';
import { readNumber } from '../../core/exposition-line.ts';

/**
 * What is wrong with a histogram without labels of its own, or undefined: bounds that rise (two spellings of one
 * number would become one series twice), counts that do not fall, an infinite bucket equal to the count, and a sum.
 */
export function histogramProblem({ name, samples }: ExpositionFamily): string | undefined {
  const buckets = samples.filter((each) => each.name === `${name}_bucket`);
  let bound = Number.NEGATIVE_INFINITY;
  for (const { labels } of buckets) {
    const next = readNumber(labels.get('le') ?? '') ?? Number.NaN;
    if (!(next > bound)) return 'has buckets whose bounds do not rise';
    bound = next;
  }
  if (bound !== Number.POSITIVE_INFINITY) return 'has no bucket le="+Inf"';
  const problem = countsProblem(
    buckets.map(({ value }) => value),
    samples.find((each) => each.name === `${name}_count`)?.value,
  );
  if (problem !== undefined) return problem;
  return samples.some((each) => each.name === `${name}_sum`) ? undefined : 'has no sum';
}

/**
 * What is wrong with the counts of buckets alone, bounds rising to infinity.
 *
 * @param total the histogram's count, which may be missing
 */
export function countsProblem(counts: readonly number[], total: number | undefined): string | undefined {
  let before = 0;
  for (const count of counts) {
    if (count < before) return 'has buckets whose counts fall';
    before = count;
  }
  return total === before ? undefined : 'has no count equal to its buckets';
}
