import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { nodeSetupHost, nodeTerminal } from '../node-host.ts';
import { nextCommands } from './init-device.ts';

/** The host of a user who called FlowCollect so. */
function hostOf(userId: number, environment: Readonly<Record<string, string>>, program = '/home/me/flowcollect') {
  const invocation = {
    program: './flowcollect',
    script: undefined,
    folder: '/home/me',
    environment,
    root: userId === 0,
  };
  const terminal = nodeTerminal(new PassThrough(), new PassThrough());
  const host = nodeSetupHost(invocation, { command: program, args: [] }, terminal);
  return { ...host, machine: { ...host.machine, userId } };
}

it('names commands that whoever ran the wizard may run', async () => {
  expect(await nextCommands(hostOf(1000, {}), 'my phone.ini')).toEqual({
    now: './flowcollect exporter --config "my phone.ini"',
    background: './flowcollect service install exporter --user --config "my phone.ini"',
  });
  const seen = hostOf(0, { SUDO_USER: 'me' }, '/opt/flowcollect');
  expect((await nextCommands(seen, 'a.ini')).background).toBe(
    'sudo ./flowcollect service install exporter --config a.ini',
  );
});

it('has a program in a home folder put where a service of systemd sees it', async () => {
  const host = hostOf(0, { SUDO_USER: 'me' });
  const under = (systemd: boolean) => ({
    ...host,
    files: {
      ...host.files,
      mode: async (path: string) => (systemd && path === '/run/systemd/system' ? 0o755 : undefined),
    },
  });
  expect((await nextCommands(under(true), 'a.ini')).background).toBe(
    'sudo install -m 755 /home/me/flowcollect /usr/local/bin/flowcollect && sudo /usr/local/bin/flowcollect service install exporter --config a.ini',
  );
  expect((await nextCommands(under(false), 'a.ini')).background).toBe(
    'sudo ./flowcollect service install exporter --config a.ini',
  );
});
