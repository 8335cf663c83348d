import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { serverFiles } from '../render/files.ts';
import { readRenderSettings } from '../render/settings.ts';
import { createTelegram, type TelegramSimulator } from '../simulator/telegram.ts';
import { alertmanagerSpec } from '../stack/programs.ts';
import { renderIni } from '../stack/service-settings.ts';
import { type Mail, type Mailbox, startMailbox } from './mailbox.ts';
import { createRealParts, freePort, type RealParts } from './real-parts.ts';

const TOKEN = '123:alerts';
const CHATS = { owner: 1, alice: -2, bob: 3 } as const;
type Person = keyof typeof CHATS;

let parts: RealParts;
beforeAll(async () => {
  parts = await createRealParts();
});
afterAll(() => parts.close());

interface Sent {
  readonly name: string;
  readonly severity: string;
  readonly user?: string;
  readonly airport?: string;
  readonly ended?: boolean;
}

describe.each([
  ['zh', '告警', '已恢复', '处理办法'],
  ['en', 'Alert', 'Resolved', 'What to do'],
] as const)('alerts in %s', (language, firing, resolved, manual) => {
  let mailbox: Mailbox;
  let telegram: TelegramSimulator;
  let alertmanager: string;
  let configFile: string;

  beforeAll(async () => {
    mailbox = await startMailbox();
    telegram = createTelegram({ port: 0, token: TOKEN, clock: Date.now });
    await telegram.start();
    const text = renderIni({
      server: { Language: language },
      smtp: {
        SMTPHost: '127.0.0.1',
        SMTPPort: String(mailbox.port),
        EmailUser: 'flowcollect@mail.invalid',
        EmailPass: 'p',
        EmailTo: 'owner@mail.invalid',
      },
      alerts: { TelegramToken: TOKEN, TelegramChat: String(CHATS.owner) },
      'alerts.alice': { EmailTo: 'alice@mail.invalid', TelegramChat: String(CHATS.alice) },
      'alerts.bob': { EmailTo: 'bob@mail.invalid', TelegramChat: String(CHATS.bob) },
      telegram: { ApiRoot: telegram.origin() },
    });
    const folder = join(parts.folder, language);
    for (const { name, content } of serverFiles(readRenderSettings('ServerSetting.ini', text).settings, folder)) {
      // Waits of minutes made short, as a test must.
      const hasty = content.replace(/group_(wait|interval): \w+/g, 'group_$1: 1s');
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), hasty);
    }
    configFile = join(folder, 'alertmanager.yml');
    const port = await freePort();
    const place = { binaries: parts.binaries, port, folder: join(folder, 'data'), configFile };
    await parts.start(alertmanagerSpec({ ...place, logFile: join(folder, 'alertmanager.log') }));
    alertmanager = `http://127.0.0.1:${port}`;
  }, 60_000);
  afterAll(async () => {
    await telegram.stop();
    await mailbox.close();
  });

  /** As Prometheus would post them; texts name user and airport. */
  async function post(...alerts: readonly Sent[]): Promise<void> {
    const body = alerts.map(({ name, severity, user, airport, ended }) => ({
      labels: {
        alertname: name,
        severity,
        ...(user === undefined ? {} : { user }),
        ...(airport === undefined ? {} : { airport }),
      },
      annotations: {
        summary: `${name} 机场 ${airport}`,
        summary_en: `${name} airport ${airport}`,
        description: `用户 ${user} 的机场 <${airport}>`,
        description_en: `Airport <${airport}> of user ${user}`,
        runbook_url: 'docs/runbook.zh-CN.md',
        runbook_url_en: 'docs/runbook.md',
      },
      // Of an alert that is older than the wait of its group Alertmanager tells at once, before it looks for others.
      startsAt: new Date().toISOString(),
      ...(ended === true ? { endsAt: new Date().toISOString() } : {}),
    }));
    const headers = { 'content-type': 'application/json' };
    const address = `${alertmanager}/api/v2/alerts`;
    const response = await fetch(address, { method: 'POST', headers, body: JSON.stringify(body) });
    expect(response.status).toBe(200);
  }
  const mailsTo = (person: Person, name = ''): Mail[] =>
    mailbox.mails.filter(({ raw, text }) => raw.includes(`To: ${person}@mail.invalid`) && text.includes(name));
  const chatsTo = (person: Person, name = ''): string[] =>
    telegram.sent.filter(({ chat, text }) => chat === CHATS[person] && text.includes(name)).map(({ text }) => text);
  const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 20_000, interval: 100 });

  it('go to their user alone, by mail and to the chat', async () => {
    const name = 'FlowCollectLeakSuspected';
    await post(
      { name, severity: 'critical', user: 'alice', airport: 'sub-of-alice' },
      { name, severity: 'critical', user: 'bob', airport: 'sub-of-bob' },
      { name, severity: 'critical', user: 'default', airport: 'sub-of-owner' },
    );
    for (const person of ['owner', 'alice', 'bob'] as const) {
      await until(() => expect(mailsTo(person, name)).toHaveLength(1));
      await until(() => expect(chatsTo(person, name)).toHaveLength(1));
      const all = [mailsTo(person)[0]?.raw, mailsTo(person)[0]?.text, mailsTo(person)[0]?.html, ...chatsTo(person)];
      for (const other of (['owner', 'alice', 'bob'] as const).filter((each) => each !== person)) {
        for (const text of all) expect(text).not.toContain(`sub-of-${other}`);
      }
      expect(mailsTo(person)[0]?.html).toContain(`sub-of-${person}`);
      expect(chatsTo(person)[0]).toContain(`sub-of-${person}`);
    }
  }, 60_000);

  it('are written in the language of the settings, and what is text stays text', async () => {
    const [mail] = mailsTo('alice');
    const [chat] = chatsTo('alice');
    expect(mail?.subject).toMatch(new RegExp(`^\\[FlowCollect\\] ${firing}`));
    expect(mail?.text).toMatch(new RegExp(`${manual}.+docs/runbook${language === 'zh' ? '.zh-CN' : ''}.md`));
    expect(mail?.html).toContain('&lt;sub-of-alice&gt;');
    expect(chat).toContain('&lt;sub-of-alice&gt;');
    const everything = [mail?.subject, mail?.text, mail?.html, chat].join('');
    expect(/[\u4e00-\u9fff]/.test(everything)).toBe(language === 'zh');
    expect(/Airport|airport/.test(everything)).toBe(language === 'en');
  });

  it('that are many at once fit a message of Telegram, and the mail has all', async () => {
    const name = 'FlowCollectBillBelowUse';
    const airports = Array.from({ length: 60 }, (_, index) => `sub-${index}-${'x'.repeat(60)}`);
    await post(...airports.map((airport) => ({ name, severity: 'warning', user: 'alice', airport }) as const));
    const more = language === 'zh' ? '另有 50 条' : 'and 50 more';
    await until(() => expect(chatsTo('alice', more)).not.toEqual([]));
    for (const text of chatsTo('alice', name)) {
      expect(text.length).toBeLessThanOrEqual(4096);
      expect(text.match(/<b>/g)).toHaveLength(text.match(/<\/b>/g)?.length ?? 0);
    }
    await until(() => expect(mailsTo('alice', 'sub-59-')).not.toEqual([]));
  }, 60_000);

  it('of one kind and user come in one message, and tell when they end', async () => {
    const name = 'FlowCollectDeviceSilent';
    const both = ['one', 'two'].map((airport) => ({ name, severity: 'warning', user: 'alice', airport }));
    await post(...both);
    await until(() => expect(mailsTo('alice', name)).toHaveLength(1));
    for (const airport of ['one', 'two']) expect(mailsTo('alice', name)[0]?.text).toContain(`<${airport}>`);
    expect(mailsTo('alice', name)[0]?.subject).toMatch(language === 'zh' ? /等 2 条$/ : /and 1 more$/);
    await post(...both.map((each) => ({ ...each, ended: true })));
    await until(() => expect(mailsTo('alice', name)).toHaveLength(2));
    expect(mailsTo('alice', name)[1]?.subject).toContain(resolved);
    await until(() => expect(chatsTo('alice', name).at(-1)).toContain('🟢'));
  }, 60_000);

  it('are silenced by the one thing that is broken, and by the graver of two', async () => {
    await post(
      { name: 'FlowCollectPushgatewayDown', severity: 'critical' },
      { name: 'FlowCollectDeviceSilent', severity: 'warning', user: 'bob', airport: 'phone' },
      { name: 'FlowCollectKernelUnreachable', severity: 'warning', user: 'bob', airport: 'phone' },
      { name: 'FlowCollectQuotaExhausting', severity: 'critical', user: 'bob', airport: 'full' },
      { name: 'FlowCollectQuotaHigh', severity: 'warning', user: 'bob', airport: 'full' },
      { name: 'FlowCollectQuotaHigh', severity: 'warning', user: 'bob', airport: 'half' },
      { name: 'FlowCollectQuotaHigh', severity: 'warning', user: 'alice', airport: 'full' },
    );
    await until(() => expect(mailsTo('bob', 'FlowCollectQuotaHigh')).toHaveLength(1));
    await until(() => expect(mailsTo('bob', 'FlowCollectQuotaExhausting')).toHaveLength(1));
    await until(() => expect(mailsTo('alice', 'FlowCollectQuotaHigh')).toHaveLength(1));
    await until(() => expect(mailsTo('owner', 'FlowCollectPushgatewayDown')).toHaveLength(1));
    expect(mailsTo('bob', 'FlowCollectQuotaHigh')[0]?.text).toContain('<half>');
    expect(mailsTo('bob', 'FlowCollectQuotaHigh')[0]?.text).not.toContain('<full>');
    const states = (await (await fetch(`${alertmanager}/api/v2/alerts?active=false&inhibited=true`)).json()) as {
      labels: Record<string, string>;
      status: { state: string };
    }[];
    expect(
      states
        .filter(({ status }) => status.state === 'suppressed')
        .map(({ labels }) => `${labels.alertname} ${labels.user} ${labels.airport}`)
        .sort(),
    ).toEqual([
      'FlowCollectDeviceSilent bob phone',
      'FlowCollectKernelUnreachable bob phone',
      'FlowCollectQuotaHigh bob full',
    ]);
    expect(mailsTo('bob', 'FlowCollectDeviceSilent')).toEqual([]);
    expect(chatsTo('bob', 'FlowCollectKernelUnreachable')).toEqual([]);
  }, 60_000);

  it.each([
    ['user alice', ['user=alice', 'severity=critical']],
    ['user alice', ['user=alice', 'severity=warning']],
    ['user alice', ['user=alice', 'severity=info']],
    ['user alice', ['alertname=FlowCollectSteadySurplus', 'user=alice', 'severity=info']],
    ['owner', ['alertname=FlowCollectSteadySurplus', 'user=carol', 'severity=info']],
    ['owner', ['user=default', 'severity=critical']],
    ['owner', ['user=carol', 'severity=warning']],
    ['owner', ['alertname=FlowCollectPushgatewayDown', 'severity=critical']],
    ['nobody', ['alertname=FlowCollectWatchdog', 'severity=none']],
    ['nobody', ['user=alice', 'severity=none']],
  ])('go to %s with %j', async (receiver, labels) => {
    const amtool = join(dirname(parts.binaries.alertmanager), 'amtool');
    const { stdout } = await promisify(execFile)(amtool, [
      'config',
      'routes',
      'test',
      `--config.file=${configFile}`,
      ...labels,
    ]);
    expect(stdout.trim()).toBe(receiver);
  });
});
