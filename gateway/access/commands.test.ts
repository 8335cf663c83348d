import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { translateTo } from '../../core/language.ts';
import { readerCommand, tokenCommand } from './commands.ts';

it.each([
  ['token', tokenCommand, ['--device', 'phone']],
  ['reader', readerCommand, ['--user', 'alice']],
] as const)('a %s is shown once, and that it was revoked is said', async (_, create, owner) => {
  const path = join(await mkdtemp(join(tmpdir(), 'flowcollect-')), 'ServerSetting.ini');
  await writeFile(path, '[user.alice]\n');
  const printed: string[] = [];
  const explained: string[] = [];
  const run = (action: string) =>
    create({
      print: (line) => printed.push(line),
      explain: (line) => explained.push(line),
      translate: translateTo('en'),
    }).parseAsync([action, ...owner, '--config', path], { from: 'user' });
  await run('add');
  await run('add');
  await run('revoke');
  expect(printed).toEqual([expect.stringMatching(/^[\w-]{43}$/), expect.stringMatching(/^[\w-]{43}$/)]);
  expect(explained).toEqual([
    expect.stringContaining('shown this once'),
    expect.stringContaining(create === tokenCommand ? 'The earlier one has ended' : 'shown this once'),
    expect.stringContaining('within two seconds'),
  ]);
});

it('lists as tab-separated lines, or as JSON', async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'flowcollect-')), 'ServerSetting.ini');
  await writeFile(path, '[user.alice]\n');
  const printed: string[] = [];
  const output = { print: (line: string) => printed.push(line), explain: () => {}, translate: translateTo('en') };
  const run = (create: typeof tokenCommand, ...words: string[]) =>
    create(output).parseAsync([...words, '--config', path], { from: 'user' });
  await run(tokenCommand, 'add', '--device', 'phone', '--note', 'mine');
  await run(readerCommand, 'add', '--user', 'alice');
  printed.length = 0;
  await run(tokenCommand, 'list');
  expect(printed).toContain('default\tphone\tactive\tmine');
  printed.length = 0;
  await run(tokenCommand, 'list', '--json');
  expect(JSON.parse(printed[0] ?? '')).toContainEqual({ user: 'default', device: 'phone', active: true, note: 'mine' });
  await run(readerCommand, 'list', '--json');
  expect(JSON.parse(printed[1] ?? '')).toEqual(['alice']);
});
