import { expect, it } from 'vitest';
import { FREE_FAILURES, headerOfText, listenHttp } from '../../runtime/http.ts';
import { createLogger } from '../../runtime/logger.ts';
import { hashToken } from '../access/authenticate.ts';
import { createAdminHandler } from './admin-handler.ts';

it('slows down who guesses the admin token, but not who has shown it lately', async () => {
  const asked: string[] = [];
  const handler = createAdminHandler({
    release: {
      rebase: async ({ deviceId }) => {
        asked.push(deviceId);
        return { kind: 'done' };
      },
      retire: async () => ({ kind: 'done' }),
    },
    logger: createLogger('test', 'silent'),
    hash: () => hashToken('管理员的口令 the admin token'),
    retired: () => {},
  });
  const listener = await listenHttp(handler, { host: '127.0.0.1', port: 0, setting: 'none' });
  const statusWith = async (token: string): Promise<number> => {
    const response = await fetch(`${listener.origin}/admin/rebase?user=default&device=a`, {
      method: 'POST',
      headers: { authorization: headerOfText(`Bearer ${token}`) },
    });
    await response.text();
    return response.status;
  };
  expect(await statusWith('管理员的口令 the admin token')).toBe(200);
  const guesses = await Promise.all(
    Array.from({ length: 2 * FREE_FAILURES }, (_, index) => statusWith(`guess ${index}`)),
  );
  expect(guesses.filter((status) => status === 401).length).toBeGreaterThanOrEqual(FREE_FAILURES);
  expect(guesses).toContain(429);
  expect(await statusWith('a first use')).toBe(429);
  expect(await statusWith('管理员的口令 the admin token')).toBe(200);
  expect(asked).toEqual(['a', 'a']);
  await listener.close();
});
