import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseExposition } from '../core/exposition-parser.ts';
import { KERNEL_BYTES } from '../core/metric-contract.ts';
import type { Gateway } from '../gateway/service.ts';
import type { RunningProcess } from '../stack/processes.ts';
import { pushgatewaySpec } from '../stack/programs.ts';
import { createTokenedGateway, pushTo } from './gateway-at-double.ts';
import { createRealParts, freePort, type RealParts } from './real-parts.ts';

const DEVICES = ['客厅 路由器', 'x%2Fy', '...', 'a?b#c', 'a\\b"c', '📱', "it's(1)!~*", '@base64'];

let parts: RealParts;
let port: number;
let pushgateway: RunningProcess;
let gateway: Gateway;
let origin: string;

const startPushgateway = async (): Promise<void> => {
  const { binaries, folder } = parts;
  pushgateway = await parts.start(
    pushgatewaySpec({ binaries, port, folder, logFile: join(folder, 'pushgateway.log') }),
  );
};
const push = async (device: string, sequence: number, body: string, token?: string): Promise<number> =>
  (await pushTo(origin, device, sequence, body, token)).status;
const kernel = (value: number) =>
  `# HELP ${KERNEL_BYTES} x\n# TYPE ${KERNEL_BYTES} counter\n${KERNEL_BYTES}{direction="upload"} ${value}\n`;

/** What Prometheus would scrape, by user and device. */
async function scraped(): Promise<Map<string, number>> {
  const families = parseExposition(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text());
  const samples = families.find(({ name }) => name === KERNEL_BYTES)?.samples ?? [];
  return new Map(samples.map(({ labels, value }) => [`${labels.get('user')} ${labels.get('instance')}`, value]));
}

beforeAll(async () => {
  parts = await createRealParts();
  port = await freePort();
  await startPushgateway();
  gateway = createTokenedGateway({ pushgateway: `http://127.0.0.1:${port}` }, { dataFolder: parts.folder });
  ({ pushes: origin } = await gateway.start());
});
afterAll(async () => {
  await gateway.stop();
  await parts.close();
});

describe('the gateway in front of a real Pushgateway', () => {
  it('keeps every DeviceID as it is, and users apart', async () => {
    for (const [index, device] of DEVICES.entries()) expect(await push(device, 1, kernel(index))).toBe(200);
    expect(await push('...', 1, kernel(99), 'two')).toBe(200);
    await vi.waitFor(async () => {
      const expected = DEVICES.map((device, index) => [`default ${device}`, index] as const);
      expect(await scraped()).toEqual(new Map([...expected, ['alice ...', 99]]));
    }, 30_000);
  });

  it('lets nothing through that would break the scrape for everybody', async () => {
    const before = await scraped();
    const series = `${KERNEL_BYTES}{direction="upload"}`;
    for (const body of [
      kernel(5).replace('counter', 'gauge'),
      `${kernel(5)}${series} 6\n`,
      kernel(5).replace(' 5\n', ' 5 1700000000000\n'),
      '# TYPE push_time_seconds counter\npush_time_seconds 1\n',
      '# TYPE go_goroutines gauge\ngo_goroutines 1\n',
    ]) {
      expect(await push('new', 1, body)).toBe(400);
    }
    expect(await scraped()).toEqual(before);
  });

  it('puts every device back when it comes up empty', async () => {
    const before = await scraped();
    await pushgateway.kill();
    expect(await push('📱', 2, kernel(50))).toBe(503);
    await rm(join(parts.folder, 'pushgateway.data'), { force: true });
    await startPushgateway();
    await vi.waitFor(async () => expect(await scraped()).toEqual(before), 30_000);
    expect(await push('📱', 2, kernel(50))).toBe(200);
    await vi.waitFor(async () => expect((await scraped()).get('default 📱')).toBe(50), 30_000);
  });

  it('brings one that kept an older state up to date, and makes no silent device look alive', async () => {
    await pushgateway.stop();
    await startPushgateway();
    const pushTimes = async (): Promise<string[]> =>
      (await (await fetch(`http://127.0.0.1:${port}/metrics`)).text())
        .split('\n')
        .filter((line) => line.startsWith('push_time_seconds{'));
    const before = await pushTimes();
    expect(before).toHaveLength(DEVICES.length + 1);
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(await pushTimes()).toEqual(before);
  });
});
