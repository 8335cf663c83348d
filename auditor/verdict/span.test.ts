import { expect, it } from 'vitest';
import { closedWindow, MB } from '../../test/windows.ts';
import { spanOf } from './span.ts';

it('doubts a span by the squares of what each window leaves in doubt, and by the lag once', () => {
  const doubtful = { nearEdges: 30 * MB, lost: 40 * MB, slack: 12 * MB };
  const one = spanOf([closedWindow(0, doubtful)]);
  expect(one.doubt / MB).toBeCloseTo(Math.hypot(30, 40, 12), 9);
  const two = spanOf([closedWindow(0, doubtful), closedWindow(1, { ...doubtful, slack: 5 * MB })]);
  expect(two.doubt / MB).toBeCloseTo(Math.hypot(30, 40, 30, 40, 12), 9);
});
