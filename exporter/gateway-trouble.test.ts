import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pushPath } from '../core/device-id.ts';
import { createDevice, type Device, eventually } from '../test/device.ts';
import { describePushProblem } from './push/problem.ts';

let device: Device;

beforeEach(async () => {
  device = await createDevice();
});
afterEach(() => device.end());

describe('a gateway in trouble', () => {
  it('that is dead is told, and nothing is lost', async () => {
    device.show(0);
    await device.start();
    await device.seen(0);
    await eventually(() => expect(device.gateway.pushes.length).toBeGreaterThan(0));
    const { origin } = device.gateway;
    await device.gateway.kill();
    device.show(1000);
    await eventually(() => expect(device.log()).toContain(`the gateway ${origin} cannot be reached (ECONNREFUSED)`));
    device.show(3000);
    await device.reviveGateway();
    await eventually(() => expect(device.pushed()).toBe(3000));
  });

  it('that refuses the token is told', async () => {
    device.gateway.refusal = { status: 401, error: 'unauthorized', message: 'no' };
    await device.start();
    await eventually(() => expect(device.log()).toContain('refuses the token (401): make [client] RemoteToken'));
    expect(device.view().push).toMatchObject({ kind: 'failing', problem: { kind: 'wrong_token' } });
  });

  it.each([
    [409, 'held_by_another_state', '另一台设备正在用同一个 DeviceID'],
    [403, 'other_device', '这个令牌属于另一个 DeviceID'],
    [403, 'no_room', '没有余量保存这个用户更多的设备或序列'],
    [413, 'too_large', '413'],
    [503, 'pushgateway_down', '503 why'],
    [400, 'bad_body', '400 why'],
  ])('that answers %i %s is told what to do, and tried again', async (status, error, words) => {
    device.gateway.refusal = { status, error, message: 'why' };
    device.show(0);
    await device.start();
    await eventually(() => expect(device.view().push.kind).toBe('failing'));
    const { push } = device.view();
    if (push.kind !== 'failing') throw new Error('expected a failing push');
    expect(describePushProblem(push.problem, { RemoteServer: device.gateway.origin, section: 'client' }).zh).toContain(
      words,
    );
    device.show(9);
    device.gateway.refusal = undefined;
    await eventually(() => expect(device.pushed()).toBe(9));
  });

  it('that holds more takes nothing back: the exporter goes on from what it holds', async () => {
    device.show(0);
    await device.start();
    await device.seen(0);
    await eventually(() => expect(device.gateway.pushes.length).toBeGreaterThan(0));
    device.show(1000);
    await eventually(() => expect(device.pushed()).toBe(1000));
    const stolen = device.gateway.pushes.at(-1);
    await device.stop();
    // Another exporter under the same name got further on the same kernel.
    const more = (stolen?.text ?? '').replaceAll(/ 1000$/gm, ' 1500');
    device.gateway.pushes.push({ path: pushPath('a'), authorization: undefined, state: 'other 9', text: more });
    device.gateway.refusal = { status: 409, error: 'counter_fell', message: 'traffic fell' };
    device.show(1600);
    await device.start();
    await eventually(() => expect(device.log()).toContain('holds more than this exporter (traffic fell)'));
    device.gateway.refusal = undefined;
    await eventually(() => expect(device.pushed()).toBe(1600));
  });
});
