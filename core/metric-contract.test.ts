import { describe, expect, it } from 'vitest';
import { DIMENSIONS, dimensionMetric, METRICS, metricSpec, requireMetric } from './metric-contract.ts';

describe('the metric contract', () => {
  it('names each metric once', () => {
    expect(new Set(METRICS.map((spec) => spec.name)).size).toBe(METRICS.length);
  });

  it.each(METRICS.map((spec) => [spec.name, spec] as const))('%s follows the naming rules', (name, spec) => {
    expect(name).toMatch(/^flowcollect_[a-z_]+$/);
    expect(name.endsWith('_total')).toBe(spec.type === 'counter');
    expect(spec.life !== undefined).toBe(spec.type === 'counter');
    expect(spec.help).not.toMatch(/[.\n]$/);
    for (const label of spec.labels) expect(label).toMatch(/^[a-z_]+$/);
  });

  it('keeps identity out of what devices push: it comes from the push path alone', () => {
    for (const spec of METRICS.filter((each) => each.owner === 'exporter')) {
      for (const identity of ['job', 'instance', 'user']) expect(spec.labels).not.toContain(identity);
    }
  });

  it('has one family for each dimension', () => {
    for (const dimension of DIMENSIONS) {
      expect(metricSpec(dimensionMetric(dimension))?.labels).toEqual([dimension, 'class', 'direction']);
    }
  });

  it('refuses a name it does not know', () => {
    expect(() => requireMetric('flowcollect_nothing')).toThrow('not in the contract');
  });
});
