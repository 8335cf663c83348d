import { describe, expect, it } from 'vitest';
import { readAlertSections, readServerSection, readSmtpSection } from './server-settings.ts';
import { describeProblem, SettingsReader } from './settings.ts';

const read = (text: string) => {
  const reader = new SettingsReader('ServerSetting.ini', text);
  return reader.finish(readServerSection(reader));
};

describe('the [server] section', () => {
  it('takes a file of the earlier FlowCollect as it is, with a notice for its database', () => {
    const text = [
      '[server]',
      'ListenPort  = :1234',
      'ServerToken = t;o#k',
      'DBPath      = database.db',
      'SubUrls     = ["a.yaml"]="https://host/path?token=1&flag=clash",',
      '              ["b.yaml"]="https://url"',
      '[smtp]',
      'SMTPHost = smtp.qq.com',
    ].join('\n');
    const { settings, notices } = read(text);
    expect(settings).toMatchObject({ ListenPort: ':1234', ServerToken: 't;o#k', LeakMinBytes: 104_857_600 });
    expect(settings.SubUrls.split('\n')).toHaveLength(2);
    expect(notices.map((each) => describeProblem('ServerSetting.ini', each, 'en'))).toEqual([
      'ServerSetting.ini:4: [server] DBPath: is ignored: Prometheus stores the data now; the key can be removed',
    ]);
  });

  it('has a default for every key but the token and the budget', () => {
    const { settings } = read('[server]\nServerToken = t');
    expect(settings).toMatchObject({
      ListenPort: ':8686',
      PushgatewayAddr: 'http://127.0.0.1:9091',
      GatewayMetricsListen: '127.0.0.1:9103',
      Timezone: 'Asia/Shanghai',
      DayEnds: '23:55',
      LogLevel: 'info',
    });
    expect(settings.DailyBudget).toBeUndefined();
  });

  it('names what is wrong without the value', () => {
    expect(() => read('[server]\nPushgatewayAddr = s3cret\nLeakRatio = -1')).toThrow(
      /^ServerSetting\.ini:2: \[server\] PushgatewayAddr: must be an address(?:(?!s3cret)[\s\S])*:3: \[server\] LeakRatio/,
    );
  });

  it.each([
    'PushgatewayAddr',
    'VictoriaMetricsAddr',
    'PrometheusAddr',
    'PrometheusFallbacks',
    'RemoteWriteAddr',
    'LabelProxyAddr',
  ])('takes no password in %s, which nobody would send, and does not repeat it', (key) => {
    expect(() => read(`[server]\n${key} = http://me:s3cret@127.0.0.1:9090`)).toThrow(
      /^ServerSetting\.ini:2: (?!.*s3cret).*must hold no name and password/,
    );
  });
});

it('reads [smtp] with the defaults of the earlier FlowCollect', () => {
  expect(readSmtpSection(new SettingsReader('f.ini', '[smtp]\nEmailUser = a@qq.com'))).toEqual({
    SMTPHost: 'smtp.qq.com',
    SMTPPort: 587,
    EmailUser: 'a@qq.com',
  });
});

describe('[smtp] by the provider of EmailUser', () => {
  const smtp = (...lines: string[]) => {
    const reader = new SettingsReader('f.ini', ['[smtp]', ...lines].join('\n'));
    const { settings, notices } = reader.finish(readSmtpSection(reader));
    return { server: `${settings.SMTPHost}:${settings.SMTPPort}`, notices: notices.map(({ problem }) => problem.en) };
  };

  it.each([
    ['me@qq.com', 'smtp.qq.com:587'],
    ['me@vip.qq.com', 'smtp.qq.com:587'],
    ['Me@FoxMail.com', 'smtp.qq.com:587'],
    ['me@exmail.qq.com', 'smtp.exmail.qq.com:465'],
    ['me@163.com', 'smtp.163.com:465'],
    ['me@126.com', 'smtp.126.com:465'],
    ['me@gmail.com', 'smtp.gmail.com:587'],
    ['me@icloud.com', 'smtp.mail.me.com:587'],
    ['me@own.example', 'smtp.qq.com:587'],
  ])('knows the server of %s', (user, server) => {
    expect(smtp(`EmailUser = ${user}`)).toEqual({ server, notices: [] });
  });

  it('takes what is set, and the port of a server that is known', () => {
    expect(smtp('EmailUser = me@gmail.com', 'SMTPHost = 127.0.0.1', 'SMTPPort = 2525').server).toBe('127.0.0.1:2525');
    expect(smtp('EmailUser = me@own.example', 'SMTPHost = smtp.exmail.qq.com')).toEqual({
      server: 'smtp.exmail.qq.com:465',
      notices: [],
    });
  });

  it('says of what cannot work that it cannot', () => {
    expect(smtp('EmailUser = me@gmail.com', 'SMTPHost = smtp.qq.com').notices).toEqual([
      'is a server of QQ, while that of EmailUser is smtp.gmail.com; SMTPHost and SMTPPort can be removed',
    ]);
    expect(smtp('EmailUser = me@outlook.com').notices).toEqual([
      expect.stringMatching(/^Outlook lets no program sign in by a password any more/),
    ]);
  });
});

describe('settings of alerts', () => {
  const read = (text: string) => {
    const reader = new SettingsReader('ServerSetting.ini', text);
    return reader.finish(readAlertSections(reader)).settings;
  };

  it('has a default for every threshold', () => {
    expect(read('')).toEqual({
      alerts: { QuotaWarning: 0.8, QuotaCritical: 0.95, RunsOutDays: 3, ExpiryDays: 7, SilentAfter: 900_000 },
      users: [],
    });
  });

  it('reads where each user is told', () => {
    const { alerts, users } = read(
      '[alerts]\nSilentAfter = 1h\nTelegramToken = 1:t\nTelegramChat = -100\n[alerts.alice]\nEmailTo = a@mail.invalid\n',
    );
    expect(alerts).toMatchObject({ SilentAfter: 3_600_000, TelegramChat: -100 });
    expect(users).toEqual([{ user: 'alice', EmailTo: 'a@mail.invalid' }]);
  });

  it('says of a user who could be told nowhere that the owner is told', () => {
    const reader = new SettingsReader('ServerSetting.ini', '[alerts.alice]\n');
    const { notices } = reader.finish(readAlertSections(reader));
    expect(notices.map(({ section, problem }) => [section, problem.en])).toEqual([
      ['alerts.alice', expect.stringContaining('go to the owner')],
    ]);
  });

  it.each([
    ['[alerts]\nQuotaCritical = 0.5', '[alerts] QuotaCritical: must not be below QuotaWarning'],
    ['[alerts]\nTelegramChat = 5', '[alerts] TelegramChat: needs a TelegramToken'],
    ['[alerts.bob]\nEmailTo = bob, b@mail.invalid', '[alerts.bob] EmailTo: must be a mail address'],
    ['[alerts.bob]\nTelegramChat = 5', '[alerts.bob] TelegramChat: needs a TelegramToken in [alerts]'],
    ['[alerts]\nTelegramToken = s3cret\nTelegramChat = me', '[alerts] TelegramChat: must be the number of a chat'],
  ])('says what is wrong: %s', (text, problem) => {
    expect(() => read(text)).toThrow(problem);
    expect(() => read(text)).not.toThrow('s3cret');
  });
});
