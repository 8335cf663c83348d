import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type AuditedWorld, createAuditedWorld, passNights, REPORT } from '../../test/audited-world.ts';
import { addAmendment, readAmendments } from '../amend/amendments.ts';
import type { Auditor } from './auditor.ts';

let world: AuditedWorld;
let auditor: Auditor;
const inFolder = (name: string): string => join(world.folder, name);
const asides = async (): Promise<string[]> =>
  (await readdir(world.folder)).filter((name) => name.includes('.corrupt-'));
const DAMAGES: readonly [string, (path: string) => Promise<unknown>][] = [
  ['cut', async (path) => writeFile(path, (await readFile(path, 'utf8')).slice(0, -30))],
  ['empty', (path) => writeFile(path, '')],
  [
    'a folder',
    async (path) => {
      await rm(path, { force: true });
      await mkdir(path);
    },
  ],
];

beforeEach(async () => {
  world = await createAuditedWorld();
  auditor = await world.open();
});
afterEach(() => world.close());

it.each(DAMAGES)('starts again where state.json is %s, and sends the next report', async (_, damage) => {
  await passNights(world, auditor, 1);
  await damage(inFolder('state.json'));
  auditor = await world.open();
  world.now = REPORT + 24 * 3_600_000;
  await auditor.report();
  expect(world.mailbox.mails).toHaveLength(2);
  expect(await asides()).toEqual([expect.stringMatching(/^state\.json\.corrupt-/)]);
  expect(world.lines.join('')).toContain('a damaged file was set aside');
});

it.each(DAMAGES)('goes on with all that was amended where amendments.json is %s', async (_, damage) => {
  await passNights(world, auditor, 1);
  await addAmendment(world.folder, { kind: 'acknowledge', airport: 'a.yaml', date: '2026-11-23' });
  await auditor.observe();
  const { list } = await readAmendments(world.folder);
  await damage(inFolder('amendments.json'));
  auditor = await world.open();
  expect(await auditor.observe()).toBe(true);
  expect((await world.state()).amended).toEqual(list);
  expect((await readAmendments(world.folder)).list).toEqual(list);
  expect(await asides()).toEqual([expect.stringMatching(/^amendments\.json\.corrupt-/)]);
});

it.each(DAMAGES)('sends the mails besides one that is %s', async (_, damage) => {
  world.mailbox.refuse({ code: 535, message: 'Login fail' });
  await passNights(world, auditor, 2);
  const [first = ''] = await world.waiting();
  await damage(join(inFolder('outbox'), first));
  world.mailbox.refuse(undefined);
  world.now += 3_600_000;
  await auditor.flush();
  expect(world.mailbox.mails).toHaveLength(1);
  expect(await readdir(inFolder('outbox'))).toEqual([expect.stringContaining(`${first}.corrupt-`)]);
});
