import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { nodeSetupHost, nodeTerminal } from '../node-host.ts';
import { nextCommands } from './init-device.ts';

const me = { program: './flowcollect', script: undefined, folder: '/home/me', environment: {}, root: false };
const hostOf = (invocation: typeof me) => nodeSetupHost(invocation, nodeTerminal(new PassThrough(), new PassThrough()));

it('names commands that whoever ran the wizard may run', () => {
  expect(nextCommands(hostOf(me), 'my phone.ini')).toEqual({
    now: './flowcollect exporter --config "my phone.ini"',
    background: './flowcollect service install exporter --user --config "my phone.ini"',
  });
  const root = hostOf({ ...me, root: true, environment: { SUDO_USER: 'me' } });
  expect(nextCommands(root, 'a.ini').background).toBe('sudo ./flowcollect service install exporter --config a.ini');
});
