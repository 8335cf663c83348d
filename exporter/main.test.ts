import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDevice, type Device } from '../test/device.ts';
import { run } from './main.ts';

let device: Device;
beforeEach(async () => {
  device = await createDevice();
});
afterEach(() => device.end());

const config = (): string => join(device.folder, 'ClientSetting.ini');

it('ends with 0 when done, 1 when something failed, 2 for bad arguments or settings', async () => {
  await device.edit(device.ini());
  expect(await run(['exporter', '--help'])).toBe(0);
  expect(await run(['doctor', '--config', config()])).toBe(0);
  expect(await run(['doctor', '--config', config(), '--wrong'])).toBe(2);
  expect(await run(['exporter', '--config', join(device.folder, 'missing.ini')])).toBe(2);
  await device.edit('[client]\nbroken');
  expect(await run(['exporter', '--config', config()])).toBe(2);
  expect(await run(['replay', join(device.folder, 'missing.ndjson')])).toBe(1);
  await device.edit(device.ini({ MihomoSecret: 'wrong' }));
  expect(await run(['doctor', '--config', config()])).toBe(1);
});
