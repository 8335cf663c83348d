import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDevice, type Device } from '../test/device.ts';
import { connectionsMessage } from '../test/scripted-kernel.ts';

let device: Device;
beforeEach(async () => {
  device = await createDevice();
});
afterEach(() => device.end());

const listWith = (id: string) =>
  device.kernel.answers.set('/proxies', { proxies: { DIRECT: { type: 'Direct', id }, 香港: { type: 'Shadowsocks' } } });

it.each([
  ['its id is another', 'another', 1],
  ['its id is the same', 'the one', 0],
])('how much may be missing is said of a kernel without a connection that survived, where %s', async (_, id, times) => {
  listWith('the one');
  device.show(0, 'old');
  await device.start();
  await device.seen(0);
  device.show(30_000_000, 'old');
  await device.seen(30_000_000);
  await device.stop();
  listWith(id);
  device.kernel.answers.set('/connections', connectionsMessage(0, 70_000_000, [['new', '香港', 0, 1000]]));
  await device.start();
  await device.seen(70_000_000);
  expect(device.log().match(/"megabytes":30,.*nothing tells whether the kernel restarted/g) ?? []).toHaveLength(times);
  expect(device.view().counters).toMatchObject({ kernel: { download: 70_000_000 }, restarts: 0 });
  expect(device.view().counters.lost > 0).toBe(times === 1);
});
