import { expect, it } from 'vitest';
import { createScreen } from './screen.ts';

function capture(isTTY: boolean) {
  let text = '';
  return { isTTY, columns: 10, write: (more: string) => (text += more), text: () => text };
}

it('keeps what was said above the block that it redraws, cut to the width', () => {
  const output = capture(true);
  const screen = createScreen(output);
  screen.draw(['a', 'b']);
  screen.say('news');
  screen.draw(['0123456789']);
  expect(output.text()).toBe('a\nb\n\x1b[2A\x1b[0Jnews\na\nb\n\x1b[2A\x1b[0J01234567…\n');
});

it('only says where there is no terminal', () => {
  const output = capture(false);
  const screen = createScreen(output);
  screen.draw(['a']);
  screen.say('news');
  expect(output.text()).toBe('news\n');
});
