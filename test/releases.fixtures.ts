import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { addAmendment } from '../auditor/amend/amendments.ts';
import { createChats, makeBindingCode } from '../auditor/telegram/chats.ts';
import { VERSION } from '../core/version.ts';
import { writeBackup } from '../setup/backup.ts';
import { pairingCode } from '../setup/pairing-code.ts';
import { createDevice, eventually, metricValue } from './device.ts';
import { startMailbox } from './mailbox.ts';
import { createPushgatewayDouble } from './pushgateway-double.ts';
import {
  FIRST_REPORT,
  type Figures,
  MORNING,
  RELEASES,
  readReleaseSettings,
  releaseAuditor,
  releaseGateway,
  usedAt,
} from './release.ts';
import { connectionsMessage, startScriptedKernel } from './scripted-kernel.ts';

const DAY = 24 * 3_600_000;
const folder = join(RELEASES, VERSION);

/** Devices at a real gateway. @returns what was counted of each */
async function writeDevices(): Promise<Figures['devices']> {
  const pushgateway = await createPushgatewayDouble(Date.now);
  const data = await mkdtemp(join(tmpdir(), 'flowcollect-release-'));
  const gateway = releaseGateway(data, pushgateway);
  const { pushes: origin } = await gateway.start();
  const device = await createDevice();
  const router = await startScriptedKernel();
  const show = (total: number): void => {
    const message = connectionsMessage(0, total, [
      ['c', '香港', 0, total / 2],
      ['d', 'DIRECT', 0, total / 4],
      ['u', 'ua3f', 0, total / 8],
    ]);
    for (const kernel of [device.kernel, router]) {
      kernel.answers.set('/connections', message);
      kernel.send('/connections', message);
    }
  };
  const counted = (name: string): number =>
    metricValue(pushgateway.groups.get(`user/default/instance/${name}`) ?? '', 'flowcollect_traffic_bytes_total');
  show(8000);
  await device.start({ RemoteServer: origin }, `[kernel.路由器]\nMihomoAPIAddr = ${router.address}\n`);
  await eventually(() => expect(pushgateway.groups.size).toBe(2));
  show(80_000);
  await device.seen(80_000);
  // A stop pushes what was counted.
  await device.stop();
  await cp(join(device.folder, 'state'), join(folder, 'exporter'), { recursive: true });
  const devices = Object.fromEntries(['a', '路由器'].map((name) => [name, { counted: counted(name), total: 80_000 }]));
  await device.end();
  await router.kill();
  await gateway.stop();
  await pushgateway.close();
  await cp(join(data, 'gateway'), join(folder, 'gateway'), { recursive: true });
  await rm(data, { recursive: true });
  return devices;
}

/** Three days of reports, the last of which waits for a mail server. */
async function writeAuditor(data: string): Promise<Figures['auditor']> {
  const mailbox = await startMailbox();
  let now = MORNING;
  const auditor = releaseAuditor(data, () => now, mailbox.port);
  await auditor.open();
  await auditor.observe();
  const days: string[] = [];
  for (let day = 0; day < 3; day += 1) {
    now = FIRST_REPORT + day * DAY;
    if (day === 2) mailbox.refuse({ code: 535, message: 'Login fail' });
    days.push((await auditor.report()).day.date);
  }
  await auditor.idle();
  await mailbox.close();
  const [waiting = ''] = await readdir(join(data, 'outbox'));
  return { at: now, days, used: usedAt(now), waiting: waiting.replace('.json', '') };
}

it('writes the files of this version, which later ones are held to read', async () => {
  expect(await readdir(folder), 'a release is never written again: remove all but its INI files').toEqual([
    'ClientSetting.ini',
    'ServerSetting.ini',
  ]);
  const data = join(folder, 'auditor');
  const devices = await writeDevices();
  const auditor = await writeAuditor(data);
  await addAmendment(data, { kind: 'acknowledge', airport: 'a.yaml', date: auditor.days[1] ?? '' });
  await addAmendment(data, { kind: 'multiplier', node: '香港 01', multiplier: { low: 1, high: 1 } });
  await createChats(data).bind(42, 'default');
  const code = await makeBindingCode(data, 'alice', auditor.at);
  const holds = { server: 'https://vps.example.com', token: 'device-token', deviceId: '客厅 电视' };
  const figures: Figures = {
    devices,
    auditor,
    telegram: { chat: 42, code, user: 'alice', at: auditor.at },
    pairing: { code: pairingCode(holds), holds },
  };
  await writeFile(join(folder, 'figures.json'), `${JSON.stringify(figures, undefined, 2)}\n`);
  const { settings } = await readReleaseSettings(folder);
  await writeFile(join(folder, 'settings.json'), `${JSON.stringify(settings, undefined, 2)}\n`);

  const packed = join(tmpdir(), 'flowcollect-backup', 'data');
  await rm(packed, { recursive: true, force: true });
  await mkdir(packed, { recursive: true });
  for (const name of ['gateway', 'auditor']) await cp(join(folder, name), join(packed, name), { recursive: true });
  await writeBackup(join(folder, 'backup.tar.gz'), [packed], VERSION);
  await rm(join(packed, '..'), { recursive: true });
});
