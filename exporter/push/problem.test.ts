import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { nodeNetwork } from '../host/node-network.ts';
import { createGatewayClient } from './gateway-client.ts';
import { describePushProblem } from './problem.ts';

it('says that a port speaks plain HTTP where the settings say https, and how to go on', async () => {
  const plain = createServer((_, response) => response.end()).listen(0, '127.0.0.1');
  await once(plain, 'listening');
  const origin = `https://127.0.0.1:${(plain.address() as AddressInfo).port}`;
  const client = createGatewayClient(nodeNetwork);
  const answer = await client.readBack({ origin, token: 'hush', deviceId: 'phone' });
  await client.close();
  plain.close();
  if (answer.kind !== 'problem') throw new Error('nothing was wrong');
  const { zh, en } = describePushProblem(answer.problem, origin);
  expect(zh).toContain('说的是明文 HTTP');
  expect(en).toContain('write http:// for https:// in [client] RemoteServer');
  expect(`${zh}${en}`).not.toContain('hush');
});
