import { expect, it } from 'vitest';
import { availableMemory, memoryLimits } from './limits.ts';

const MIB = 2 ** 20;

it('fits what one user sends into a small container, and is as documented where there is memory', () => {
  expect(memoryLimits(128 * MIB)).toEqual({
    body: 2 * MIB,
    bodies: 8 * MIB,
    userBodies: 6 * MIB,
    kept: Math.floor((128 / 12) * MIB),
    layouts: 8 * MIB,
  });
  expect(memoryLimits(64 * 1024 * MIB)).toEqual({
    body: 8 * MIB,
    bodies: 128 * MIB,
    userBodies: 96 * MIB,
    kept: 256 * MIB,
    layouts: 96 * MIB,
  });
});

it('knows of memory', () => {
  expect(availableMemory()).toBeGreaterThan(64 * MIB);
});
