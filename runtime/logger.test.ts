import { expect, it } from 'vitest';
import { createLogger } from './logger.ts';

function capture(): { lines: Record<string, unknown>[]; write(text: string): void } {
  const lines: Record<string, unknown>[] = [];
  return { lines, write: (text) => lines.push(JSON.parse(text)) };
}

it('writes a static message with fields', () => {
  const sink = capture();
  createLogger('exporter', 'info', sink).child({ component: 'push' }).info({ status: 200 }, 'pushed');
  expect(sink.lines[0]).toMatchObject({
    level: 'info',
    service: 'exporter',
    component: 'push',
    status: 200,
    msg: 'pushed',
  });
});

it('redacts what is a secret by name', () => {
  const sink = capture();
  createLogger('x', 'info', sink).info({ token: 'hunter2', settings: { secret: 'hunter2', url: 'hunter2' } }, 'm');
  expect(JSON.stringify(sink.lines)).not.toContain('hunter2');
});

it('writes the message and code of an error and of its cause, nothing else of it', () => {
  const sink = capture();
  const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED', config: { auth: 'hunter2' } });
  createLogger('x', 'info', sink).error({ err: new Error('push failed', { cause }) }, 'm');
  expect(sink.lines[0]?.err).toEqual({
    type: 'Error',
    message: 'push failed',
    cause: { type: 'Error', message: 'refused', code: 'ECONNREFUSED' },
  });
});
