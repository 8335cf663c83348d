import { cutToWidth } from '../core/units.ts';
import type { ScreenOutput } from './screen.ts';

const EVERY_MS = 1000;

/**
 * One line that tells a person at a terminal how far long work is; elsewhere nothing is written.
 *
 * @param now epoch milliseconds
 */
export function createProgress(terminal: ScreenOutput, now: () => number) {
  let told = now();
  let isShown = false;
  return {
    /** Rewrites the line, at most once a second, and not before work takes a second. */
    tell(text: () => string) {
      if (terminal.isTTY !== true || now() - told < EVERY_MS) return;
      told = now();
      isShown = true;
      terminal.write(`\r${cutToWidth(text(), (terminal.columns || 80) - 1)}\x1b[K`);
    },
    /** Takes the line away. */
    end() {
      if (isShown) terminal.write('\r\x1b[K');
      isShown = false;
    },
  };
}

/** Tells how far some work is until it ends. @param text after so many seconds */
export async function whileTelling<T>(
  terminal: ScreenOutput,
  text: (seconds: number) => string,
  work: () => Promise<T>,
): Promise<T> {
  const began = Date.now();
  const progress = createProgress(terminal, Date.now);
  const ticking = setInterval(() => progress.tell(() => text(Math.round((Date.now() - began) / 1000))), EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(ticking);
    progress.end();
  }
}
