import { mkdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listenHttp } from '../runtime/http.ts';
import { createDevice, type Device, eventually, metricValue } from '../test/device.ts';
import { connectionsMessage } from '../test/scripted-kernel.ts';
import { statePath } from './device/state-file.ts';
import { todayPath } from './device/today.ts';
import { nodeFiles } from './host/node-system.ts';

let device: Device;

beforeEach(async () => {
  device = await createDevice();
});
afterEach(() => device.end());

describe('an exporter', () => {
  it('takes the first frame for its baseline and pushes what moves after it', async () => {
    device.show(5000);
    await device.start();
    await device.seen(5000);
    device.show(5700);
    await eventually(() => expect(device.pushed()).toBe(700));
    expect(device.gateway.pushes[0]).toMatchObject({
      path: '/metrics/job/flowcollect/instance/a',
      authorization: 'Bearer push token',
      state: 'state1 1',
    });
    const { text } = device.gateway.pushes.at(-1) ?? { text: '' };
    expect(metricValue(text, 'flowcollect_kernel_raw_bytes', { direction: 'download' })).toBe(5700);
    expect(metricValue(text, 'flowcollect_kernel_bytes_total')).toBe(700);
    expect(metricValue(text, 'flowcollect_kernel_up')).toBe(1);
  });

  it('counts the frames that it accounts and how long they take, the time without one, and its pushes', async () => {
    device.show(5000);
    await device.start();
    await device.seen(5000);
    device.show(5700);
    await eventually(() => expect(device.pushed()).toBe(700));
    await eventually(() => expect(device.gateway.pushes.length).toBeGreaterThan(2));
    const { text } = device.gateway.pushes.at(-1) ?? { text: '' };
    const own = (series: string): number =>
      Number(
        text
          .split('\n')
          .find((line) => line.startsWith(`flowcollect_exporter_${series} `))
          ?.split(' ')[1],
      );
    expect(own('frames_total')).toBeGreaterThan(1);
    expect(own('frame_seconds_count')).toBe(own('frames_total'));
    expect(own('frame_seconds_bucket{le="+Inf"}')).toBe(own('frames_total'));
    expect(own('frame_seconds_bucket{le="1"}')).toBe(own('frames_total'));
    expect(own('frame_seconds_sum')).toBeGreaterThan(0);
    expect(own('unobserved_seconds_total')).toBeGreaterThanOrEqual(0);
    expect(own('pushes_total{result="accepted"}')).toBeGreaterThan(0);
  });

  it('has written the state before a push leaves', async () => {
    device.show(10);
    const sequences: [string, number][] = [];
    device.gateway.onPush = async ({ state }) => {
      const [, body = ''] = (await readFile(statePath(nodeFiles, join(device.folder, 'state'), 'a'), 'utf8')).split(
        '\n',
      );
      const { stateId, sequence } = JSON.parse(body) as { stateId: string; sequence: number };
      sequences.push([state, sequence]);
      expect(state).toBe(`${stateId} ${sequence}`);
    };
    await device.start();
    await eventually(() => expect(device.gateway.pushes.length).toBeGreaterThan(1));
    expect(sequences.slice(0, 2)).toEqual([
      ['state1 1', 1],
      ['state1 2', 2],
    ]);
  });

  it('takes a last frame when it stops, pushes it, and goes on from there', async () => {
    device.show(0);
    await device.start();
    await device.seen(0);
    device.kernel.answers.set('/connections', connectionsMessage(0, 40, [['c', '香港', 0, 40]]));
    await device.stop();
    expect(device.pushed()).toBe(40);
    device.show(100);
    await device.start();
    await eventually(() => expect(device.pushed()).toBe(100));
    expect(device.gateway.pushes.at(-1)?.state).toMatch(/^state1 /);
  });

  it('knows after a restart what has moved today', async () => {
    const noon = new Date(Date.now() + 12 * 3_600_000).toISOString().slice(11, 16);
    const settings = { Timezone: 'UTC', DayEnds: noon };
    const downloadsToday = () => device.view().today.cells.reduce((sum, { download }) => sum + download, 0);
    device.show(100);
    await device.start(settings);
    await device.seen(100);
    device.show(400);
    await device.seen(400);
    const { since } = device.view().today;
    await device.stop();
    device.show(450);
    await device.start(settings);
    await eventually(() => expect(downloadsToday()).toBe(350));
    expect(device.view().today.since).toBe(since);
    await device.stop();
    // The state is lost: the counters come back from the gateway, and are not taken for today's.
    await rm(join(device.folder, 'state'), { recursive: true });
    device.show(500);
    await device.start(settings);
    await eventually(() => expect(device.pushed()).toBe(400));
    expect(downloadsToday()).toBeLessThanOrEqual(50);
  });

  it('serves /metrics and /healthz', async () => {
    const { metricsOrigin } = await device.start();
    await device.seen(0);
    const text = await (await fetch(`${metricsOrigin()}/metrics`)).text();
    expect(metricValue(text, 'flowcollect_kernel_up')).toBe(1);
    expect(await (await fetch(`${metricsOrigin()}/healthz`)).json()).toMatchObject({
      status: 'ok',
      devices: [{ device: 'a', kernel: 'up' }],
    });
    expect((await fetch(`${metricsOrigin()}/other`)).status).toBe(404);
  });

  it('tells in /healthz that the state cannot be written, and goes on pushing', async () => {
    device.show(0);
    const { metricsOrigin } = await device.start();
    await device.seen(0);
    const health = async () => (await fetch(`${metricsOrigin()}/healthz`)).json();
    // What is in the way fails for every user, also for one that may write everywhere.
    const inTheWay = statePath(nodeFiles, join(device.folder, 'state'), 'a');
    await eventually(async () => {
      await rm(inTheWay, { force: true });
      await mkdir(inTheWay);
    });
    await eventually(async () =>
      expect(await health()).toMatchObject({
        status: 'degraded',
        devices: [
          {
            problem: expect.stringMatching(/state cannot be written \(E[A-Z]+\): free the disk.*\[client\] StateDir$/),
          },
        ],
      }),
    );
    device.show(100);
    await eventually(() => expect(device.pushed()).toBe(100));
    await rmdir(inTheWay);
    await eventually(async () => expect(await health()).toMatchObject({ status: 'ok' }));
  });

  it.each([
    ['the state is damaged', statePath(nodeFiles, 'state', 'a'), (path: string) => writeFile(path, 'flowcollect')],
    ['a folder is in place of the state', statePath(nodeFiles, 'state', 'a'), (path: string) => mkdir(path)],
    ['what moved today is damaged', todayPath(nodeFiles, 'state', 'a'), (path: string) => writeFile(path, '{')],
    ['a folder is in place of what moved today', todayPath(nodeFiles, 'state', 'a'), (path: string) => mkdir(path)],
  ])('where %s, sets it aside, says so in /healthz, and goes on', async (_, file, damage) => {
    const path = join(device.folder, 'state', basename(file));
    await mkdir(join(device.folder, 'state'));
    await damage(path);
    device.show(0);
    const { metricsOrigin } = await device.start();
    await device.seen(0);
    device.show(100);
    await eventually(() => expect(device.pushed()).toBe(100));
    expect(await (await fetch(`${metricsOrigin()}/healthz`)).json()).toMatchObject({
      status: 'degraded',
      devices: [{ problem: expect.stringContaining(`${path} (`) }],
    });
    expect(device.log()).toContain(`${path}.corrupt-`);
  });

  it('says which setting moves a port that is taken', async () => {
    const taken = await listenHttp(() => {}, { host: '127.0.0.1', port: 0, setting: 'none' });
    await expect(device.start({ MetricsListen: `127.0.0.1:${taken.port}` })).rejects.toThrow(
      /change \[client\] MetricsListen/,
    );
    await taken.close();
  });
});
