import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';

it('waits longer than a second where a test says nothing else', async () => {
  let late = false;
  void delay(1500).then(() => {
    late = true;
  });
  await vi.waitFor(() => expect(late).toBe(true));
  late = false;
  void delay(300).then(() => {
    late = true;
  });
  await vi.waitFor(() => expect(late).toBe(true), { timeout: 1, interval: 5 });
});
