import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createProgress, whileTelling } from './progress.ts';

function terminal(isTTY = true) {
  const written: string[] = [];
  return { written, output: { isTTY, columns: 12, write: (text: string) => void written.push(text) } };
}

it('rewrites one line once a second, cut to the terminal, and takes it away', () => {
  const { written, output } = terminal();
  let now = 0;
  const progress = createProgress(output, () => now);
  for (now = 0; now <= 2500; now += 100) progress.tell(() => `已读 ${now} 帧，共 9999 帧`);
  progress.end();
  progress.end();
  expect(written).toEqual(['\r已读 1000 …\x1b[K', '\r已读 2000 …\x1b[K', '\r\x1b[K']);
});

it('writes nothing for short work, nor where nobody watches', async () => {
  const [short, pipe] = [terminal(), terminal(false)];
  expect(
    await whileTelling(
      short.output,
      () => 'x',
      async () => 5,
    ),
  ).toBe(5);
  let now = 0;
  const progress = createProgress(pipe.output, () => now);
  now = 5000;
  progress.tell(() => 'x');
  progress.end();
  expect([...short.written, ...pipe.written]).toEqual([]);
});

it('ends with the work, also where that fails', async () => {
  const { written, output } = terminal();
  const failing = whileTelling(
    output,
    (seconds) => `${seconds} s`,
    async () => {
      await sleep(2200);
      throw new Error('it failed');
    },
  );
  await expect(failing).rejects.toThrow('it failed');
  expect(written[0]).toMatch(/^\r\d s/);
  expect(written.at(-1)).toBe('\r\x1b[K');
});
