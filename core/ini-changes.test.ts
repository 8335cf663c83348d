import { expect, it } from 'vitest';
import { changedKeys } from './ini-changes.ts';

it('names keys that changed, came or went, and never their values', () => {
  const before = '[client]\nDeviceID = a\nRemoteToken = hush\nLogLevel = info\n[kernel.router]\nPollInterval = 1s\n';
  const after = '[client]\nDeviceID = a\nRemoteToken = hunter2\nPrivacy = on\n[kernel.router]\nPollInterval = 1s\n';
  expect(changedKeys(before, after)).toEqual(['[client] RemoteToken', '[client] LogLevel', '[client] Privacy']);
  expect(changedKeys(after, `${after}[kernel.nas]\nMihomoSecret = x\n`)).toEqual(['[kernel.nas] MihomoSecret']);
});

it('takes comments, spaces, quotes and order for no change', () => {
  expect(changedKeys('[s]\na = 1\nb = 2\n', '# note\r\n[s]\r\n\r\nb="2"\r\na=1\r\n')).toEqual([]);
});
