import type { Labels } from '../../runtime/prometheus.ts';

/** A metric and the labels that its series must have. */
export interface Selector {
  readonly metric: string;
  readonly labels?: Labels;
}

/** PromQL of a selector: every label an exact match, values escaped as PromQL's double quotes want them. */
export function selectorText({ metric, labels = {} }: Selector): string {
  const matchers = Object.entries(labels)
    .filter(([name]) => name !== '__name__')
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `${metric}{${matchers.join(',')}}`;
}

/** A range in PromQL, such as `86400000ms`. */
export function durationText(milliseconds: number): string {
  return `${Math.max(1, Math.ceil(milliseconds))}ms`;
}

/** One key for a label set, whatever the order of its labels and with or without the metric's name. */
export function labelsKey(labels: Labels): string {
  const names = Object.keys(labels)
    .filter((name) => name !== '__name__')
    .sort();
  return JSON.stringify(names.map((name) => [name, labels[name]]));
}
