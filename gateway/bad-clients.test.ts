import { randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { pushPath } from '../core/device-id.ts';
import { bodyOf, errorOf, type GatewayAtDouble, openGatewayAtDouble, TOKEN } from '../test/gateway-at-double.ts';
import { hashToken } from './access/authenticate.ts';

let gateway: GatewayAtDouble;
beforeEach(async () => {
  gateway = await openGatewayAtDouble();
});
afterEach(() => gateway.close());

describe('rude visitors', () => {
  it('who guess tokens are not even looked at after a while, and cannot hold devices elsewhere back', async () => {
    const guess = (from: string, token: string) =>
      gateway.send({ headers: { authorization: `Bearer ${token}`, 'x-forwarded-for': from } });
    for (let failure = 0; failure < 60; failure += 1)
      expect((await guess('203.0.113.1', `guess ${failure}`)).status).toBe(401);
    expect(errorOf(await guess('203.0.113.1', TOKEN))).toEqual([429, 'slow_down']);
    expect((await guess('203.0.113.2', TOKEN)).status).toBe(200);
    gateway.pass(60_000);
    expect((await guess('203.0.113.1', TOKEN)).status).toBe(200);
  });

  it('who guess tokens at the address of a device do not keep it out, nor fill the log', async () => {
    const send = (token: string, from = '203.0.113.1') =>
      gateway.send({ headers: { authorization: `Bearer ${token}`, 'x-forwarded-for': from } });
    expect((await send(TOKEN)).status).toBe(200);
    for (let failure = 0; failure < 200; failure += 1) await send(`guess ${failure}`);
    expect(errorOf(await send('guess'))).toEqual([429, 'slow_down']);
    expect((await send(TOKEN)).status).toBe(200);
    const told = () => gateway.lines.filter((line) => line.includes('push refused'));
    // One of each kind: wrong tokens, and those that were not even looked at.
    expect(told()).toHaveLength(2);
    gateway.pass(60_000);
    await send('guess');
    expect(told()).toHaveLength(3);
    expect(told().at(-1)).toContain('"sinceTheLast":59');
  });

  it('who never finish, a thousand of them, do not keep a device out', async () => {
    const { port } = new URL(gateway.origin());
    const sockets = await Promise.all(
      Array.from({ length: 1000 }, async () => {
        const socket = connect(Number(port), '127.0.0.1');
        socket.on('error', () => undefined);
        await new Promise<void>((resolve) => {
          socket.write(`PUT ${pushPath('a')} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n`, () => resolve());
        });
        return socket;
      }),
    );
    expect((await gateway.send()).status).toBe(200);
    for (const socket of sockets) socket.destroy();
  });

  it('of one user, whose pushes never end, leave memory for the pushes of another', async () => {
    gateway.know([
      { hash: hashToken('rude'), user: 'rude' },
      { hash: hashToken(TOKEN), user: 'default' },
    ]);
    const { port } = new URL(gateway.origin());
    const [most, nearlyAll] = [2 ** 20, Buffer.alloc(2 ** 20 - 1, 32)];
    const sockets = await Promise.all(
      Array.from({ length: 140 }, async (_, device) => {
        const socket = connect(Number(port), '127.0.0.1');
        socket.on('error', () => undefined);
        socket.write(
          `PUT ${pushPath(String(device))} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer rude\r\n` +
            `X-FlowCollect-State: one 1\r\nContent-Length: ${most}\r\n\r\n`,
        );
        await new Promise<void>((resolve) => {
          socket.write(nearlyAll, () => resolve());
        });
        return socket;
      }),
    );
    // What was sent has arrived when the first of them was refused.
    await vi.waitFor(() => expect(gateway.lines.join()).toContain('"code":"busy"'), { timeout: 15_000 });
    // As large as a device's, which could unpack to eight megabytes.
    const body = gzipSync(`# ${randomBytes(10_000).toString('hex')}\n${bodyOf(1)}`);
    expect((await gateway.send({ body, headers: { 'content-encoding': 'gzip' } })).status).toBe(200);
    for (const socket of sockets) socket.destroy();
  });

  it('may send half a request without keeping the gateway from stopping', async () => {
    const socket = connect(Number(new URL(gateway.origin()).port), '127.0.0.1');
    socket.on('error', () => undefined);
    await new Promise<void>((resolve) => {
      socket.write('PUT /metrics HTTP/1.1\r\nHost: x\r\n', () => resolve());
    });
    await gateway.stop();
    await expect(fetch(gateway.origin())).rejects.toThrow();
  });

  it('may leave in the middle of a push: the device is free for the next', async () => {
    const half = httpRequest(gateway.origin() + pushPath('客厅'), {
      method: 'PUT',
      headers: { authorization: `Bearer ${TOKEN}`, 'x-flowcollect-state': 'one 1', 'content-length': '1000' },
    });
    half.on('error', () => undefined);
    await new Promise<void>((resolve) => {
      half.write('# TYPE', () => resolve());
    });
    half.destroy();
    expect((await gateway.send()).status).toBe(200);
    await vi.waitFor(() => expect(gateway.lines.join()).toContain('went away'));
  });
});
