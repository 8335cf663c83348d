import { cutToWidth } from '../core/display-width.ts';

/** Where a live view is written: a terminal, or a pipe or file. */
export interface ScreenOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Lines that stay, and below them a block that is redrawn in place. */
export interface Screen {
  readonly isTerminal: boolean;
  /** Writes lines that stay, above the live block. */
  say(text: string): void;
  /** Replaces the live block; on a pipe nothing is drawn. */
  draw(lines: readonly string[]): void;
}

export function createScreen(output: ScreenOutput): Screen {
  let block: readonly string[] = [];
  const isTerminal = output.isTTY === true;
  const erase = (): string => (block.length === 0 ? '' : `\x1b[${block.length}A\x1b[0J`);
  const drawn = (): string =>
    // A line that wraps would take two rows and spoil the count of rows to go back. Some terminals claim 0 columns.
    block.map((line) => `${cutToWidth(line, (output.columns || 80) - 1)}\n`).join('');
  return {
    isTerminal,
    say(text) {
      output.write(`${erase()}${text}\n${drawn()}`);
    },
    draw(lines) {
      if (!isTerminal) return;
      const before = erase();
      block = lines;
      output.write(before + drawn());
    },
  };
}
