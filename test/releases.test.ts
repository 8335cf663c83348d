import { cp, mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { readAmendments } from '../auditor/amend/amendments.ts';
import { archiveFolderIn, createArchive } from '../auditor/archive/archive.ts';
import { readAuditState, statePathIn } from '../auditor/state/audit-state.ts';
import { createChats, takeBindingCode } from '../auditor/telegram/chats.ts';
import { VERSION } from '../core/version.ts';
import { readToday, todayPath } from '../exporter/device/today.ts';
import { nodeFiles } from '../exporter/host/node-system.ts';
import { restoreBackup } from '../setup/backup.ts';
import { readPairingCode } from '../setup/pairing-code.ts';
import { createDevice, eventually, metricValue } from './device.ts';
import { startMailbox } from './mailbox.ts';
import { createPushgatewayDouble } from './pushgateway-double.ts';
import { Figures, RELEASES, readReleaseSettings, releaseAuditor, releaseGateway, usedAt, VERSIONS } from './release.ts';
import { connectionsMessage, startScriptedKernel } from './scripted-kernel.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flowcollect-upgrade-'));
});

const json = async (...path: string[]): Promise<unknown> => JSON.parse(await readFile(join(RELEASES, ...path), 'utf8'));
const figuresOf = async (version: string): Promise<Figures> => Figures.parse(await json(version, 'figures.json'));
/** What a version wrote, where the present one may go on writing. */
const take = (version: string, what: string): Promise<void> =>
  cp(join(RELEASES, version, what), join(folder, what), { recursive: true });

it('keeps files of this version too', () => {
  expect(VERSIONS, 'CONTRIBUTING.md, "Releases", says how they are made').toContain(VERSION);
});

describe.each(['earlier', ...VERSIONS])('settings of %s', (version) => {
  it('mean what they meant, and no key is unknown', async () => {
    const { settings, unknown } = await readReleaseSettings(join(RELEASES, version));
    expect(settings).toMatchObject((await json(version, 'settings.json')) as object);
    expect(unknown).toEqual([]);
  });
});

describe.each(VERSIONS)('after %s', (version) => {
  it('devices and gateway go on to the byte', async () => {
    const { devices } = await figuresOf(version);
    await take(version, 'gateway');
    const pushgateway = await createPushgatewayDouble(Date.now);
    const stored = (name: string): number =>
      metricValue(pushgateway.groups.get(`user/default/instance/${name}`) ?? '', 'flowcollect_traffic_bytes_total');
    // As after a restart of the whole VPS.
    pushgateway.restart();
    const gateway = releaseGateway(folder, pushgateway);
    const { pushes: origin } = await gateway.start();
    for (const [name, { counted }] of Object.entries(devices)) {
      expect(counted).toBeGreaterThan(0);
      await eventually(() => expect(stored(name)).toBe(counted));
    }

    const device = await createDevice();
    const router = await startScriptedKernel();
    await cp(join(RELEASES, version, 'exporter'), join(device.folder, 'state'), { recursive: true });
    for (const name of ['a', '路由器']) {
      const today = todayPath(nodeFiles, join(device.folder, 'state'), name);
      expect(await readToday(nodeFiles, today, 0)).toMatchObject({ kind: 'found' });
    }
    const { total = 0 } = devices.a ?? {};
    const message = connectionsMessage(0, total + 77, [['c', '香港', 0, total / 2 + 77]]);
    for (const kernel of [device.kernel, router]) kernel.answers.set('/connections', message);
    await device.start({ RemoteServer: origin }, `[kernel.路由器]\nMihomoAPIAddr = ${router.address}\n`);
    for (const [name, { counted }] of Object.entries(devices))
      await eventually(() => expect(stored(name)).toBe(counted + 77));
    expect(device.log()).not.toContain('set aside');
    await device.end();
    await router.kill();
    await gateway.stop();
    await pushgateway.close();
  });

  it('the auditor closes the window that was open, and mails the report that waited', async () => {
    const { auditor: then } = await figuresOf(version);
    await take(version, 'auditor');
    const data = join(folder, 'auditor');
    const before = await readAuditState(statePathIn(data));
    expect(before.users.get('default')?.days.map(({ date }) => date)).toEqual(then.days);
    expect(before.airports.get('a.yaml')?.anchor).toMatchObject({ reading: { at: then.at, used: then.used } });

    const mailbox = await startMailbox();
    let now = then.at;
    const auditor = releaseAuditor(data, () => now, mailbox.port);
    await auditor.open();
    await auditor.flush();
    expect(mailbox.mails.map(({ messageId }) => messageId)).toEqual([expect.stringContaining(then.waiting)]);
    now += 24 * 3_600_000;
    const model = await auditor.report();
    expect(model).toMatchObject({
      verdict: 'ok',
      today: { total: usedAt(now) - then.used },
      airports: [{ verdict: { window: { from: then.at, to: now } } }],
    });
    await mailbox.close();

    const archive = createArchive(archiveFolderIn(data, 'default'));
    const kept = (await Promise.all((await archive.months()).map((month) => archive.month(month)))).flat();
    expect(kept.map(({ day }) => day.date)).toEqual([...then.days, model.day.date]);
    for (const { id } of kept) expect(await archive.file(id, 'html')).toContain('<html');
    const { windows = [] } = (await readAuditState(statePathIn(data))).airports.get('a.yaml') ?? {};
    expect(windows).toHaveLength(then.days.length + 1);
  });

  it('what a person said to the auditor still holds', async () => {
    const { auditor, telegram } = await figuresOf(version);
    await take(version, 'auditor');
    const data = join(folder, 'auditor');
    const amendments = await readAmendments(data);
    expect(amendments.isAcknowledged('a.yaml', auditor.days[1] ?? '')).toBe(true);
    expect(amendments.multiplierOf('香港 01')).toEqual({ low: 1, high: 1 });
    expect(await createChats(data).find(telegram.chat)).toMatchObject({ user: 'default' });
    expect(await takeBindingCode(data, telegram.code, telegram.at)).toBe(telegram.user);
  });

  it('its pairing codes and backups are read', async () => {
    const { pairing } = await figuresOf(version);
    expect(readPairingCode(pairing.code)).toEqual(pairing.holds);
    const [data = ''] = await restoreBackup(join(RELEASES, version, 'backup.tar.gz'), { into: folder, replace: false });
    expect((await readdir(data)).sort()).toEqual(['auditor', 'gateway']);
    expect(await readFile(statePathIn(join(data, 'auditor')))).toEqual(
      await readFile(statePathIn(join(RELEASES, version, 'auditor'))),
    );
  });
});
