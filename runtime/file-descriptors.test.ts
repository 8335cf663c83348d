import { expect, it } from 'vitest';
import { watchFileDescriptors } from './file-descriptors.ts';
import { createLogger } from './logger.ts';

it('says once that no file descriptor is left, and when there are some again', async () => {
  const lines: string[] = [];
  const codes = ['', 'EMFILE', 'EMFILE', 'ENFILE', '', 'EACCES', 'EMFILE'];
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const task = watchFileDescriptors(
    createLogger('gateway', 'info', { write: (line) => lines.push(line) }),
    { now: () => 0, sleep: () => new Promise(setImmediate) },
    async () => {
      const code = codes.shift();
      if (code === undefined) end();
      if (code) throw Object.assign(new Error(code), { code });
    },
  );
  await ended;
  await task.stop();
  expect(lines.map((line) => JSON.parse(line)).map(({ level, code }) => [level, code])).toEqual([
    ['error', 'EMFILE'],
    ['info', undefined],
    ['error', 'EMFILE'],
    ['info', undefined],
  ]);
});
