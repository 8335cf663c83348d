import { expect, it } from 'vitest';
import { createLogger } from '../../runtime/logger.ts';
import { beat } from './heartbeat.ts';

const URL_OF_WATCHER = 'https://watcher.example/hunter2';

async function beaten(answer: () => Promise<Response>) {
  const [calls, lines]: [unknown[], string[]] = [[], []];
  const fetch = (async (input: unknown) => {
    calls.push(input);
    return answer();
  }) as typeof globalThis.fetch;
  await beat(URL_OF_WATCHER, fetch, createLogger('auditor', 'info', { write: (line) => lines.push(line) }));
  return { calls, log: lines.join('') };
}

it('calls the address, and says nothing', async () => {
  expect(await beaten(async () => new Response('OK'))).toEqual({ calls: [URL_OF_WATCHER], log: '' });
});

it('warns without the address when it is not taken or not reached', async () => {
  const refused = await beaten(async () => new Response('', { status: 404 }));
  expect(refused.log).toContain('"status":404');
  const unreached = await beaten(async () => Promise.reject(new TypeError(`cannot fetch ${URL_OF_WATCHER}`)));
  expect(unreached.log).toContain('HeartbeatUrl cannot be reached');
  expect(refused.log + unreached.log).not.toContain('hunter2');
});
