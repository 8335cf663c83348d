import { TRAFFIC_BYTES } from '../core/metric-contract.ts';

const SECOND = 1000;
export const HOUR = 3600 * SECOND;
export const DAY = 24 * HOUR;
const STEP = 15 * SECOND;
/** Scrapes do not fall on the edges of a day. */
const OFFSET = 7 * SECOND;
/** A day of account of Shanghai, away from the edges of Prometheus' blocks. */
export const T0 = Date.parse('2026-11-19T23:55:00+08:00');
export const T1 = T0 + DAY;

/** A counter's value at an instant; undefined where it was not scraped. */
type Counter = (at: number) => number | undefined;

interface Case {
  readonly name: string;
  readonly truth: number;
  readonly counter: Counter;
  /** Whether `increase()` is off by more than 1 %. */
  readonly increaseFails: boolean;
}

const since = (at: number, start: number, perStep: number): number => Math.floor((at - start) / STEP) * perStep;
const within = (at: number, start: number, end: number): boolean => at >= start && at < end;

export const CASES: readonly Case[] = [
  { name: 'steady', truth: 576_000, counter: (at) => since(at, T0 - DAY, 100), increaseFails: false },
  {
    name: 'born at noon, already at 5000 when first seen',
    truth: 6000,
    counter: (at) => (at < T0 + DAY / 2 ? undefined : 5000 + Math.min(1000, since(at, T0 + DAY / 2, 10))),
    increaseFails: true,
  },
  {
    name: 'restarted from 0',
    truth: 700,
    counter: (at) => (at < T0 + 3 * HOUR ? 5000 : at < T0 + 4 * HOUR ? 0 : 700),
    increaseFails: false,
  },
  {
    name: 'restarted and grown beyond what it was',
    truth: 1000 + 9000,
    counter: (at) =>
      at < T0 + HOUR ? 5000 : at < T0 + 2 * HOUR ? 6000 : 40 + Math.min(8960, since(at, T0 + 2 * HOUR, 40)),
    increaseFails: false,
  },
  {
    name: 'restarted while nobody scraped for an hour, and grown beyond what it was',
    truth: 4000 + 9000,
    counter: (at) => {
      if (at < T0 + 3 * HOUR) return 1000 + (at < T0 + HOUR ? 0 : 4000);
      return at < T0 + 4 * HOUR ? undefined : Math.max(0, Math.min(9000, since(at, T0 + 4.1 * HOUR, 80)));
    },
    increaseFails: false,
  },
  {
    name: 'moved while nobody scraped across the start',
    truth: 2000,
    counter: (at) => (within(at, T0 - HOUR / 4, T0 + HOUR) ? undefined : at < T0 ? 1000 : 3000),
    increaseFails: true,
  },
  {
    name: 'moved while nobody scraped for ten days',
    truth: 77,
    counter: (at) => (within(at, T0 - 10 * DAY, T0 + HOUR) ? undefined : at < T0 ? 1000 : 1077),
    increaseFails: true,
  },
  {
    name: 'restarted while nobody scraped across the start',
    truth: 300 + 1000,
    counter: (at) => (within(at, T0 - HOUR, T0 + HOUR) ? undefined : at < T0 ? 1000 : at < T0 + 2 * HOUR ? 300 : 1300),
    increaseFails: true,
  },
  {
    name: 'not scraped towards the end',
    truth: 500,
    counter: (at) => (at > T1 - 2 * HOUR ? undefined : at < T0 + HOUR ? 100 : 600),
    increaseFails: false,
  },
  {
    name: 'born, and restarted an hour later',
    truth: 5000,
    counter: (at) => (at < T0 + 6 * HOUR ? undefined : at < T0 + 7 * HOUR ? 5000 : 0),
    increaseFails: true,
  },
  {
    name: 'lived for ten minutes',
    truth: 4200,
    counter: (at) => (within(at, T0 + 5 * HOUR, T0 + 5 * HOUR + 10 * 60 * SECOND) ? 4200 : undefined),
    increaseFails: true,
  },
  {
    name: 'a step on the first sample of the day',
    truth: 6_000_000_000,
    counter: (at) => Math.floor((at - (T0 - DAY)) / (4 * HOUR)) * 1_000_000_000,
    increaseFails: true,
  },
  {
    name: 'near the end of exact numbers',
    truth: 3,
    counter: (at) => 2 ** 53 - 4 + (at < T0 + HOUR ? 0 : 3),
    increaseFails: false,
  },
  { name: 'gone before', truth: 0, counter: (at) => (at < T0 - HOUR ? 12 : undefined), increaseFails: false },
];

/**
 * The counters as OpenMetrics text.
 *
 * @param copies of each series, by the label that tells them apart; of several, each lacks a sample now and then that
 *   another has
 */
export function exactCases(copies: readonly string[] = []): string {
  const lines = ['# TYPE flowcollect_traffic_bytes counter'];
  for (const { name, counter } of CASES) {
    const labels = `job="flowcollect",user="default",instance="手机",class="proxy",node="${name}",direction="download"`;
    const series = copies.length === 0 ? [labels] : copies.map((copy) => `${labels},replica="${copy}"`);
    for (const [index, each] of series.entries()) {
      let sample = 0;
      for (const at of sampleTimes()) {
        sample += 1;
        const value = series.length > 1 && sample % (series.length + 2) === index ? undefined : counter(at);
        if (value !== undefined) lines.push(`${TRAFFIC_BYTES}{${each}} ${value} ${at / SECOND}`);
      }
    }
  }
  return `${lines.join('\n')}\n# EOF\n`;
}

/** The day before and the day itself, at 15 s; a few samples eleven days earlier for what was silent for long. */
function* sampleTimes(): Generator<number> {
  for (let at = T0 - 11 * DAY; at < T0 - 11 * DAY + 5 * STEP; at += STEP) yield at;
  for (let at = T0 - DAY + OFFSET; at <= T1; at += STEP) yield at;
}
