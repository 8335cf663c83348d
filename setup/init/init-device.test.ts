import { expect, it } from 'vitest';
import { nextCommands } from './init-device.ts';

const me = { program: './flowcollect', script: undefined, folder: '/home/me', environment: {}, root: false };

it('names commands that whoever ran the wizard may run', () => {
  expect(nextCommands(me, 'my phone.ini')).toEqual({
    now: './flowcollect exporter --config "my phone.ini"',
    background: './flowcollect service install exporter --user --config "my phone.ini"',
  });
  const root = { ...me, root: true, environment: { SUDO_USER: 'me' } };
  expect(nextCommands(root, 'a.ini').background).toBe('sudo ./flowcollect service install exporter --config a.ini');
});
