import { describe, expect, it } from 'vitest';
import { readSettings, refusalOf } from '../test/auditor-settings.ts';
import { securityOf } from './config.ts';
import { mailFor } from './notify/mail-sender.ts';

describe('the settings of the auditor', () => {
  it('are those of the earlier FlowCollect, with defaults for the rest', () => {
    const { settings } = readSettings(
      '[server]',
      'ListenPort  = :1234',
      'ServerToken = t',
      'SubUrls     = ["a.yaml"]="https://host/path?token=1;2#3&flag=clash",',
      '              ["b.yaml"]="https://url"',
      '[smtp]',
      'SMTPHost = smtp.qq.com',
      'SMTPPort = 465',
      'EmailUser = me@qq.com',
      'EmailPass = code',
      'EmailTo = you@qq.com, them@qq.com',
    );
    expect(settings).toMatchObject({
      user: 'default',
      subscriptions: [
        { name: 'a.yaml', url: 'https://host/path?token=1;2#3&flag=clash' },
        { name: 'b.yaml', url: 'https://url' },
      ],
      prometheus: ['http://127.0.0.1:9090'],
      listen: { host: '127.0.0.1', port: 9102 },
      dataFolder: '/etc/flowcollect/data/auditor',
      day: { zone: 'Asia/Shanghai', dayEnds: '23:55' },
      reportCron: '55 23 * * *',
      language: 'zh',
      thresholds: { bytes: 104_857_600, ratio: 0.2 },
      mail: {
        host: 'smtp.qq.com',
        port: 465,
        security: { secure: true, requireTLS: false, ignoreTLS: false },
        user: 'me@qq.com',
        password: 'code',
        to: ['you@qq.com', 'them@qq.com'],
      },
    });
  });

  it('need no mail account and no airport', () => {
    const { settings, notices } = readSettings('[server]', 'ServerToken = t');
    expect(settings).toMatchObject({ mail: undefined, subscriptions: [] });
    expect(notices.map(({ key }) => key)).toEqual(['SubUrls']);
  });

  it('say all that is wrong at once, by line and key, without a secret', () => {
    const message = refusalOf(
      '[server]',
      'SubUrls = ["a.yaml"]="hunter2"',
      'ReportCron = at midnight',
      'AuditorListen = nowhere',
      '[smtp]',
      'EmailUser = hunter2',
      'EmailTo = you@qq.com',
    );
    expect(message.split('\n')).toEqual([
      'ServerSetting.ini:2: [server] SubUrls: the address of entry 1 must begin with http:// or https://',
      'ServerSetting.ini:4: [server] AuditorListen: must be an address such as 127.0.0.1:9102',
      'ServerSetting.ini:3: [server] ReportCron: must be five fields of cron, such as 55 23 * * *',
      'ServerSetting.ini:6: [smtp] EmailUser: must be a mail address such as name@qq.com',
    ]);
    expect(message).not.toContain('hunter2');
  });
});

it('has its links from the settings, without a password in them', () => {
  const links = (...lines: string[]) => readSettings('[server]', ...lines).settings.links;
  expect(links('ArchiveUrl = https://vps.example.com/reports/', 'GrafanaUrl = http://127.0.0.1:3000')).toEqual({
    archive: 'https://vps.example.com/reports',
    dashboards: 'http://127.0.0.1:3000',
  });
  expect(() => links('ArchiveUrl = https://me:secret@vps.example.com/reports')).toThrow('ArchiveUrl');
});

describe('a user of the settings', () => {
  it('gets reports at an address of their own; others theirs with the owner', () => {
    const { settings } = readSettings(
      '[smtp]',
      'EmailUser = me@qq.com',
      'EmailTo = owner@qq.com',
      '[user.alice]',
      'MailTo = alice@qq.com, alice@gmail.com',
      'ArchiveToken = hers-alone',
      '[user.bob]',
      'Note = no mail',
    );
    expect(settings.reportUsers).toEqual([
      { user: 'alice', mailTo: ['alice@qq.com', 'alice@gmail.com'], archiveToken: 'hers-alone' },
    ]);
    expect(mailFor(settings, 'alice')?.to).toEqual(['alice@qq.com', 'alice@gmail.com']);
    expect(mailFor(settings, 'bob')?.to).toEqual(['owner@qq.com']);
  });

  it('gets theirs where the owner wants none', () => {
    const { settings } = readSettings('[smtp]', 'EmailUser = me@qq.com', '[user.alice]', 'MailTo = alice@qq.com');
    expect(mailFor(settings, 'alice')?.to).toEqual(['alice@qq.com']);
    expect(mailFor(settings, 'default')).toBeUndefined();
  });

  it.each([
    ['seven77', 'must have at least 8 characters'],
    ['at-least-8-characters', 'is the one of the example'],
    ['at-least-16-characters', 'is the one of the example'],
  ])('has no archive that %s opens', (password, problem) => {
    const at = `ArchiveToken: ${problem}`;
    expect(refusalOf('[user.alice]', 'MailTo = alice@qq.com', `ArchiveToken = ${password}`)).toContain(at);
    expect(refusalOf('[server]', `ArchiveToken = ${password}`)).toContain(at);
  });

  it('is told what is wrong, without a secret', () => {
    const message = refusalOf(
      '[server]',
      'ArchiveToken = hunter2-hunter2',
      '[user.alice]',
      'MailTo = hunter2',
      'ArchiveToken = hunter2-hunter2',
      '[user.bob]',
      'ArchiveToken = bobs-token',
      '[user.default]',
      'MailTo = me@qq.com',
    );
    expect(message.split('\n')).toEqual([
      'ServerSetting.ini:4: [user.alice] MailTo: must be a mail address such as name@qq.com',
      'ServerSetting.ini:7: [user.bob] ArchiveToken: needs a MailTo: only who gets reports of their own has an archive',
      'ServerSetting.ini:8: [user.default]: is the owner: set EmailTo in [smtp] and ArchiveToken in [server] instead',
      "ServerSetting.ini:5: [user.alice] ArchiveToken: is somebody else's too; make a new one",
    ]);
    expect(message).not.toContain('hunter2');
  });
});

it.each([
  ['smtp.qq.com', 465, { secure: true, requireTLS: false, ignoreTLS: false }],
  ['smtp.163.com', 994, { secure: true, requireTLS: false, ignoreTLS: false }],
  ['smtp.qq.com', 587, { secure: false, requireTLS: true, ignoreTLS: false }],
  ['smtp.example.org', 25, { secure: false, requireTLS: true, ignoreTLS: false }],
  ['127.0.0.1', 2525, { secure: false, requireTLS: false, ignoreTLS: true }],
  ['127.evil.example', 2525, { secure: false, requireTLS: true, ignoreTLS: false }],
])(
  'speaks to %s:%d with TLS from the first byte, or after STARTTLS, or without on loopback',
  (host, port, security) => {
    expect(securityOf(host, port)).toEqual(security);
  },
);
