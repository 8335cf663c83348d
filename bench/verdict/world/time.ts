import type { DayRule } from '../../../core/local-day.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const MB = 2 ** 20;
export const GB = 2 ** 30;

/** Where all households live; its clocks never change. */
export const LOCAL: DayRule = { zone: 'Asia/Shanghai', dayEnds: '23:55' };
const OFFSET = 8 * HOUR;

/** The hour of the day there, fractions included. */
export const hourOf = (at: number): number => ((at + OFFSET) % DAY) / HOUR;

/** Midnight there that begins the day of an instant. */
export const midnightOf = (at: number): number => at - ((at + OFFSET) % DAY);

/** 0 is Monday. */
export const weekdayOf = (at: number): number => (Math.floor((at + OFFSET) / DAY) + 3) % 7;
