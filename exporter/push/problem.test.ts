import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { expect, it } from 'vitest';
import type { Text } from '../../core/language.ts';
import { nodeNetwork } from '../host/node-network.ts';
import { createGatewayClient } from './gateway-client.ts';
import { describePushProblem } from './problem.ts';

/** What is said of a gateway at a port that a server listens on. */
async function saidOf(server: Server): Promise<Text> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = createGatewayClient(nodeNetwork);
  const answer = await client.readBack({ origin, token: 'hush', deviceId: 'phone' });
  await client.close();
  server.close();
  if (answer.kind !== 'problem') throw new Error('nothing was wrong');
  return describePushProblem(answer.problem, { RemoteServer: origin, section: 'client' });
}

it('says that a port speaks plain HTTP where the settings say https, and how to go on', async () => {
  const { zh, en } = await saidOf(createHttpServer((_, response) => response.end()));
  expect(zh).toContain('说的是明文 HTTP');
  expect(en).toContain('write http:// for https:// in [client] RemoteServer');
  expect(`${zh}${en}`).not.toContain('hush');
});

it('does not say so of a proxy that has no certificate yet, which answers with an alert of TLS', async () => {
  const INTERNAL_ERROR = Buffer.from([21, 3, 3, 0, 2, 2, 80]);
  const { en } = await saidOf(createServer((socket) => socket.on('error', () => {}).end(INTERNAL_ERROR)));
  expect(en).toMatch(/cannot be reached \(ERR_SSL_\w*ALERT_INTERNAL_ERROR\)/);
});

it('names the section and the command of the kernel whose push it was', () => {
  const ofRouter = { RemoteServer: 'https://vps.example', section: 'kernel.router' };
  const other = describePushProblem({ kind: 'token_of_another_device' }, ofRouter);
  expect(other.zh).toContain('[kernel.router] DeviceID');
  expect(other.en).toContain('or run init router with a code that "flowcollect pair" on the server makes');
  expect(describePushProblem({ kind: 'wrong_token' }, ofRouter).en).toContain('make [kernel.router] RemoteToken');
});
