import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import { readAmendments } from '../auditor/amend/amendments.ts';
import { listTokens } from '../gateway/access/token-store.ts';

const CLI = fileURLToPath(new URL('../dist/flowcollect.mjs', import.meta.url));
/** As many processes at once. */
const AT_ONCE = 4;

let folder: string;
let settings: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-at-once-'));
  settings = join(folder, 'ServerSetting.ini');
  const subscriptions = 'SubUrls = ["a.yaml"]="http://127.0.0.1:1/"';
  await writeFile(
    settings,
    `[server]\nServerToken = shared\nPrometheusAddr = http://127.0.0.1:1\n${subscriptions}\n[user.user 1]\n[user.user 3]\n`,
  );
});

/** Processes of their own, all begun at the same instant. */
const atOnce = (argv: (index: number) => readonly string[]) =>
  Promise.all(
    Array.from({ length: AT_ONCE }, (_, index) =>
      promisify(execFile)(process.execPath, [CLI, ...argv(index), '--config', settings], { cwd: folder }),
    ),
  );

// Each process loads the whole program; a machine may be busy with other tests.
describe('commands that change the same file at the same instant', { timeout: 180_000 }, () => {
  it('make and revoke tokens without losing one', async () => {
    await atOnce((index) =>
      index % 2 === 0
        ? ['gateway', 'token', 'add', '--device', `phone ${index}`]
        : ['pair', '--server', 'https://vps.example.com', '--device', `phone ${index}`],
    );
    const tokens = async () =>
      (await listTokens(settings)).flatMap(({ deviceId, hash }) => (hash === undefined ? [] : [deviceId])).sort();
    expect(await tokens()).toEqual(['phone 0', 'phone 1', 'phone 2', 'phone 3']);

    await atOnce((index) =>
      index % 2 === 0
        ? ['gateway', 'token', 'revoke', '--device', `phone ${index}`]
        : ['gateway', 'reader', 'add', '--user', `user ${index}`],
    );
    expect(await tokens()).toEqual(['phone 1', 'phone 3']);
    expect((await listTokens(settings)).filter(({ readerHash }) => readerHash !== undefined)).toHaveLength(2);
    expect(await readFile(settings, 'utf8')).toContain('ServerToken = shared');
    expect(await readdir(folder)).toEqual(['ServerSetting.ini', 'tokens']);
    expect(await readdir(join(folder, 'tokens'))).toEqual(['tokens.ini']);
  });

  it('amend history without losing a word', async () => {
    // Prometheus does not answer, which comes after what was said is kept.
    await atOnce((index) => ['audit', 'amend', 'node', `HK ${index}`, 'a.yaml']).catch(() => undefined);
    const data = join(folder, 'data', 'auditor');
    await expect.poll(async () => (await readAmendments(data)).list.length, { timeout: 20_000 }).toBe(AT_ONCE);
    expect(await readdir(data)).toEqual(['amendments.json']);
  });
});
