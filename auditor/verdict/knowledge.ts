import { type Calibration, calibrate, UNCALIBRATED } from './calibration.ts';
import { arrivedSince, backlogAt, isPrompt, type Look } from './lateness.ts';
import type { WindowRecord } from './window-record.ts';

const DAY = 24 * 3_600_000;
const USUAL_DAYS = 14;

/** What is remembered of an airport beyond its readings. */
export interface Memory {
  /** Of the open window and of the two days before it, oldest first. */
  readonly looks: readonly Look[];
  /** Windows that are closed, oldest first. */
  readonly windows: readonly WindowRecord[];
}

export const NO_MEMORY: Memory = { looks: [], windows: [] };

/** What earlier looks and windows tell about the open one. */
export interface Knowledge {
  readonly calibration: Calibration;
  /** Bytes used before the window that the airport had not billed when it began, as far as they showed. */
  readonly backlog: number;
  /** The highest bill of a usual day. */
  readonly usualDay: number;
  /** Looks within the window, without the one that is judged. */
  readonly looks: readonly Look[];
  readonly windows: readonly WindowRecord[];
}

export const NOTHING_KNOWN: Knowledge = { calibration: UNCALIBRATED, backlog: 0, usualDay: 0, looks: [], windows: [] };

/**
 * @param anchor when the open window began
 * @param usedBefore what devices used in the hours before it, for the first window, of whose backlog nothing showed
 */
export function knowledgeOf({ looks, windows }: Memory, anchor: number, usedBefore: number): Knowledge {
  const shown = windows.length === 0 && !isPrompt(looks) ? usedBefore : backlogAt(anchor, looks, windows);
  return {
    calibration: calibrate(windows),
    backlog: Math.min(shown, arrivedSince(anchor, looks)),
    usualDay: usualDay(windows),
    looks: looks.filter(({ at }) => at > anchor),
    windows,
  };
}

/** The highest bill of a usual day, by the median of the last windows. */
export function usualDay(windows: readonly WindowRecord[]): number {
  const daily = windows
    .slice(-USUAL_DAYS)
    .map(({ high, from, to }) => high / Math.max(1, (to - from) / DAY))
    .sort((a, b) => a - b);
  return daily[Math.floor(daily.length / 2)] ?? 0;
}
