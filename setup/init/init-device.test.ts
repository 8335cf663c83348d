import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { nodeSetupHost, nodeTerminal } from '../node-host.ts';
import { nextCommands } from './init-device.ts';

/** The host of a user who called FlowCollect so. */
function hostOf(userId: number, environment: Readonly<Record<string, string>>) {
  const invocation = {
    program: './flowcollect',
    script: undefined,
    folder: '/home/me',
    environment,
    root: userId === 0,
  };
  const terminal = nodeTerminal(new PassThrough(), new PassThrough());
  const host = nodeSetupHost(invocation, { command: '/home/me/flowcollect', args: [] }, terminal);
  return { ...host, machine: { ...host.machine, userId } };
}

it('names commands that whoever ran the wizard may run', () => {
  expect(nextCommands(hostOf(1000, {}), 'my phone.ini')).toEqual({
    now: './flowcollect exporter --config "my phone.ini"',
    background: './flowcollect service install exporter --user --config "my phone.ini"',
  });
  expect(nextCommands(hostOf(0, { SUDO_USER: 'me' }), 'a.ini').background).toBe(
    'sudo ./flowcollect service install exporter --config a.ini',
  );
});
