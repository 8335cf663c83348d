import type { Reading, UsableReading } from '../auditor/verdict/reading.ts';

/** What an airport says at an instant: so much used of 100 GB, all of it downloaded, and nothing else known. */
export function readingAt(at: number, used: number): UsableReading;
export function readingAt(at: number, used: number, over: Partial<Reading>): Reading;
export function readingAt(at: number, used: number, over: Partial<Reading> = {}): Reading {
  return {
    at,
    upload: 0,
    download: used,
    used,
    quota: 100 * 2 ** 30,
    unlimited: false,
    expiry: null,
    reset: null,
    precision: 0,
    reasons: [],
    ...over,
  };
}
