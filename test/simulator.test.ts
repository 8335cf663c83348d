import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { z } from 'zod';

const bundle = fileURLToPath(new URL('../dist/flowcollect.mjs', import.meta.url));
const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

function start(...args: string[]) {
  const child = spawn(process.execPath, [bundle, 'simulator', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  running.push(child);
  return { child, exited: once(child, 'exit').then(([code]) => code), errors: text(child.stderr) };
}

async function addresses(child: ChildProcess): Promise<Record<string, string>> {
  if (child.stdout === null) throw new Error('no standard output');
  const [line] = await once(createInterface(child.stdout), 'line');
  return JSON.parse(line);
}

it('prints where everything is, and stops cleanly on SIGTERM', async () => {
  const { child, exited } = start('all', '--secret', 's3cret', '--seed', '1');
  const { kernel, airport, control } = await addresses(child);
  const version = await fetch(`${kernel}/version`, { headers: { authorization: 'Bearer s3cret' } });
  expect(version.status).toBe(200);
  expect((await fetch(airport ?? '')).headers.get('subscription-userinfo')).toMatch(/^upload=\d+; download=\d+;/);
  expect((await fetch(`${control}/simulator/status`)).status).toBe(200);
  const stream = await fetch(`${kernel}/logs`, { headers: { authorization: 'Bearer s3cret' } });
  child.kill('SIGTERM');
  expect(await exited).toBe(0);
  await expect(stream.text()).rejects.toThrow();
});

it('plays a recording to its end', async () => {
  const recording = fileURLToPath(new URL('recordings/udp.ndjson.gz', import.meta.url));
  const { child } = start('kernel', '--recording', recording, '--speed', '1000');
  const { kernel, control } = await addresses(child);
  let status = { position: 0, duration: 1 };
  while (status.position < status.duration) {
    status = (await (await fetch(`${control}/simulator/status`)).json()) as typeof status;
  }
  expect(await (await fetch(`${kernel}/connections`)).json()).toMatchObject({ downloadTotal: 5_538_089 });
});

it('names a taken port and the argument that moves it', async () => {
  const first = start('mailbox');
  const { control, mailbox } = z
    .object({ control: z.string(), mailbox: z.object({ port: z.number() }) })
    .parse(await addresses(first.child));
  const second = start('mailbox', '--control-port', new URL(control).port);
  expect(await second.exited).toBe(1);
  expect(await second.errors).toMatch(/is taken by another program; change --control-port/);
  const third = start('mailbox', '--mailbox-port', String(mailbox.port));
  expect(await third.exited).toBe(1);
  expect(await third.errors).toMatch(/is taken by another program; change --mailbox-port/);
});

it.each([[['fly']], [['kernel', '--recording', '/nowhere/x.ndjson.gz']]])(
  'refuses %j as bad arguments',
  async (args) => {
    const { exited, errors } = start(...args);
    expect(await exited).toBe(2);
    expect(await errors).not.toBe('');
  },
);
