import { expect, it } from 'vitest';
import { createSimulatedClock } from './simulated-clock.ts';

it('runs faster, stands still, and never jumps', () => {
  let real = 1000;
  const time = createSimulatedClock({ clock: () => real, speed: 10, paused: true });
  real += 500;
  expect(time.now()).toBe(1000);
  time.play();
  real += 100;
  expect(time.now()).toBe(2000);
  time.setSpeed(1);
  real += 100;
  expect(time.now()).toBe(2100);
  time.pause();
  real += 100;
  expect(time.now()).toBe(2100);
  expect(time.isPlaying()).toBe(false);
});
