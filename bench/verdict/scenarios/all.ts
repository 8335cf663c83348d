import type { Scenario } from './scenario.ts';

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'prompt',
    title: 'prompt, multipliers by name',
    atMost: 0.1,
    noted: false,
    years: 30,
    days: 120,
    change: () => undefined,
  },
];
