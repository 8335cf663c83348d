import type { ExpositionFamily } from '../core/exposition.ts';
import { readNumber } from '../core/exposition-line.ts';

/**
 * What is wrong with a histogram without labels of its own, or undefined: bounds that rise (two spellings of one
 * number would become one series twice), counts that do not fall, an infinite bucket equal to the count, and a sum.
 */
export function histogramProblem({ name, samples }: ExpositionFamily): string | undefined {
  let bound = Number.NEGATIVE_INFINITY;
  let count = 0;
  for (const sample of samples.filter((each) => each.name === `${name}_bucket`)) {
    const next = readNumber(sample.labels.get('le') ?? '') ?? Number.NaN;
    if (!(next > bound)) return 'has buckets whose bounds do not rise';
    if (sample.value < count) return 'has buckets whose counts fall';
    bound = next;
    count = sample.value;
  }
  if (bound !== Number.POSITIVE_INFINITY) return 'has no bucket le="+Inf"';
  if (samples.find((each) => each.name === `${name}_count`)?.value !== count)
    return 'has no count equal to its buckets';
  if (!samples.some((each) => each.name === `${name}_sum`)) return 'has no sum';
  return undefined;
}
