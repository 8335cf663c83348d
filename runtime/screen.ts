import { cutToWidth } from '../core/units.ts';

/** Where a live view is written: a terminal, or a pipe or file. */
export interface ScreenOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

/** A process's output as a screen; a terminal that cannot move its cursor (`TERM=dumb`) is written to like a pipe. */
export function screenOutput(stream: ScreenOutput, term: string | undefined): ScreenOutput {
  return term === 'dumb' ? { write: (text) => stream.write(text) } : stream;
}

/** Lines that stay, and below them a block that is redrawn in place. */
export interface Screen {
  readonly isTerminal: boolean;
  /** Writes lines that stay, above the live block. */
  say(text: string): void;
  /** Replaces the live block, cut to the terminal as it is now; on a pipe nothing is drawn. */
  draw(lines: readonly string[]): void;
}

export function createScreen(output: ScreenOutput): Screen {
  let block: readonly string[] = [];
  /** How the block was drawn last. */
  let drawn: readonly string[] = [];
  let columns = 0;
  const isTerminal = output.isTTY === true;

  /** A line that wraps would take two rows, and a block higher than the terminal would scroll: both spoil the way back. */
  const visible = (): string[] =>
    // Some terminals claim 0 columns.
    block.slice(0, Math.max(1, (output.rows || 25) - 1)).map((line) => cutToWidth(line, (output.columns || 80) - 1));
  /** To the block's first column; after a change of width a terminal may have wrapped it again, so that all must go. */
  const back = (): string => {
    if (drawn.length === 0) return '';
    return output.columns === columns ? `\x1b[${drawn.length}A` : '\x1b[H\x1b[0J';
  };
  /** Each line is written over the one before and only then is the rest cleared: what stays the same does not flicker. */
  const over = (lines: readonly string[]): string => `${lines.map((line) => `${line}\x1b[K\n`).join('')}\x1b[0J`;

  return {
    isTerminal,
    say(text) {
      if (!isTerminal) {
        output.write(`${text}\n`);
        return;
      }
      const lines = visible();
      output.write(back() + over([...text.split('\n'), ...lines]));
      drawn = lines;
      columns = output.columns ?? 0;
    },
    draw(lines) {
      if (!isTerminal) return;
      block = lines;
      const next = visible();
      if (output.columns === columns && next.length === drawn.length && next.every((line, at) => line === drawn[at])) {
        return;
      }
      output.write(back() + over(next));
      drawn = next;
      columns = output.columns ?? 0;
    },
  };
}
