import { expect, it } from 'vitest';
import type { ConnectionDetails, ConnectionOpened } from './frame.ts';
import { createInboundUsers } from './opened-connections.ts';

const details = (sourceIP: string, inboundUser: string): ConnectionDetails => ({
  start: 0,
  network: 'tcp',
  type: 'Mixed',
  sourceIP,
  sourcePort: '1',
  host: '',
  destinationPort: '443',
  process: '',
  inboundUser,
  chains: ['N'],
  provider: '',
  rule: '',
  rulePayload: '',
});

const opening = (sourceIP: string): ConnectionOpened => ({ ...details(sourceIP, ''), at: 0, group: 'N', node: 'N' });

it('knows nobody before anyone was seen', () => {
  expect(createInboundUsers().guess(opening('a'))).toBe('none');
});

it('gives announced connections to the users of their source, in the shares seen', () => {
  const users = createInboundUsers();
  for (let each = 0; each < 30; each += 1) users.note(details('a', each % 3 === 0 ? 'alice' : 'bob'));
  users.note(details('b', 'carol'));
  const given = Array.from({ length: 300 }, () => users.guess(opening('a')));
  expect(given.filter((user) => user === 'alice').length).toBe(100);
  expect(given.filter((user) => user === 'bob').length).toBe(200);
  expect(users.guess(opening('b'))).toBe('carol');
});

it('takes a source it does not know for one like all', () => {
  const users = createInboundUsers();
  users.note(details('a', 'alice'));
  expect(users.guess(opening('new'))).toBe('alice');
});
