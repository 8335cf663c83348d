import { expect, it } from 'vitest';
import { createScreen, screenOutput } from './screen.ts';

function capture(isTTY: boolean) {
  let text = '';
  return {
    isTTY,
    columns: 10,
    rows: 4,
    write: (more: string) => {
      text += more;
    },
    /** What was written since the last check. */
    written() {
      const all = text;
      text = '';
      return all;
    },
  };
}

it('keeps what was said above the block that it redraws, cut to the width', () => {
  const output = capture(true);
  const screen = createScreen(output);
  screen.draw(['a', 'b']);
  expect(output.written()).toBe('a\x1b[K\nb\x1b[K\n\x1b[0J');
  screen.say('news');
  expect(output.written()).toBe('\x1b[2Anews\x1b[K\na\x1b[K\nb\x1b[K\n\x1b[0J');
  screen.draw(['0123456789']);
  expect(output.written()).toBe('\x1b[2A01234567…\x1b[K\n\x1b[0J');
});

it('writes nothing while nothing changes', () => {
  const output = capture(true);
  const screen = createScreen(output);
  screen.draw(['a']);
  output.written();
  screen.draw(['a']);
  expect(output.written()).toBe('');
});

it('follows the terminal as it is resized, and never grows higher than it', () => {
  const output = capture(true);
  const screen = createScreen(output);
  screen.draw(['a', 'b', 'c', 'd', 'e']);
  expect(output.written()).toBe('a\x1b[K\nb\x1b[K\nc\x1b[K\n\x1b[0J');
  output.columns = 20;
  output.rows = 5;
  screen.draw(['0123456789', 'b', 'c', 'd', 'e']);
  expect(output.written()).toBe('\x1b[H\x1b[0J0123456789\x1b[K\nb\x1b[K\nc\x1b[K\nd\x1b[K\n\x1b[0J');
});

it('only says where there is no terminal', () => {
  const output = capture(false);
  const screen = createScreen(output);
  screen.draw(['a']);
  screen.say('news');
  expect(output.written()).toBe('news\n');
});

it('steers no terminal that cannot be steered', () => {
  const output = capture(true);
  const screen = createScreen(screenOutput(output, 'dumb'));
  screen.draw(['a']);
  screen.say('news');
  expect(output.written()).toBe('news\n');
  expect(screenOutput(output, 'xterm')).toBe(output);
});
