import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import {
  describeProblem,
  durationSetting,
  httpUrlSetting,
  listSetting,
  numberSetting,
  SettingsError,
  SettingsReader,
  sizeSetting,
  switchSetting,
  timeOfDaySetting,
  timeZoneSetting,
} from './settings.ts';

const schema = z.object({
  DeviceID: z.string(),
  PollInterval: z._default(durationSetting(100, 60_000), 1000),
  MihomoSecret: z._default(z.string(), ''),
});

const read = (text: string) => {
  const reader = new SettingsReader('ClientSetting.ini', text);
  return reader.finish(reader.section('client', schema));
};

const messageOf = (text: string): string => {
  try {
    read(text);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  throw new Error('expected a SettingsError');
};

describe('SettingsReader', () => {
  it('gives typed settings with defaults', () => {
    expect(read('[client]\nDeviceID = a').settings).toEqual({ DeviceID: 'a', PollInterval: 1000, MihomoSecret: '' });
  });

  it('takes an empty value for a value that is not set', () => {
    expect(read('[client]\nDeviceID = a\nPollInterval =').settings.PollInterval).toBe(1000);
  });

  it('says all that is wrong at once, with file, line and key', () => {
    expect(messageOf('[client]\nPollInterval = often')).toBe(
      'ClientSetting.ini:1: [client] DeviceID: is missing; add it\n' +
        'ClientSetting.ini:2: [client] PollInterval: must be a duration from 100 ms to 60000 ms, such as 1000, 10s or 6h',
    );
  });

  it('names the file when a section is missing altogether', () => {
    expect(messageOf('[server]\na = b')).toBe('ClientSetting.ini: [client] DeviceID: is missing; add it');
  });

  it('says where the text is not INI', () => {
    expect(messageOf('[client]\noops')).toMatch(/^ClientSetting\.ini:2: expected "key = value"/);
  });

  it('keeps unknown keys as notices and guesses what was meant', () => {
    const { notices } = read('[client]\nDeviceID = a\nPolInterval = 5s\nColour = blue');
    expect(notices.map((notice) => describeProblem('f.ini', notice, 'en'))).toEqual([
      'f.ini:3: [client] PolInterval: is not a known key and is ignored; did you mean PollInterval?',
      'f.ini:4: [client] Colour: is not a known key and is ignored',
    ]);
  });

  it('says that a comment behind a value belongs to the value', () => {
    expect(messageOf('[client]\nDeviceID = a\nPollInterval = 5s #often')).toMatch(
      /:3: \[client\] PollInterval: must be a duration .*; a comment must be on a line of its own, else/,
    );
    const { notices } = read('[client]\nDeviceID = Room #2\nMihomoSecret = a;b ; as in the kernel');
    expect(notices.map((notice) => describeProblem('f.ini', notice, 'en'))).toEqual([
      'f.ini:3: [client] MihomoSecret: what follows "#" or ";" is part of the value; move it to a line of its own if it is a comment',
    ]);
  });

  it('takes sections and keys in any case, and points out a section that is almost known', () => {
    expect(read('[Client]\ndeviceid = a\nPOLLINTERVAL = 5s')).toMatchObject({
      settings: { DeviceID: 'a', PollInterval: 5000 },
      notices: [],
    });
    const { settings, notices } = read('[client]\ndeviceid = a\nDeviceID = b\n[sever]\nListenPort = 1');
    expect(settings.DeviceID).toBe('b');
    expect(notices.map((notice) => describeProblem('f.ini', notice, 'en'))).toEqual([
      'f.ini:4: [sever]: is not a known section and is ignored; did you mean [server]?',
      'f.ini:2: [client] deviceid: is ignored: the section has DeviceID too',
    ]);
  });

  it('shows no key that is none, which may hold an address', () => {
    const { notices } = read('[client]\nDeviceID = a\nSubUrls: https://host/hunter2?a=b\nＰｏｌｌInterval = 5s');
    expect(notices.map((notice) => describeProblem('f.ini', notice, 'en'))).toEqual([
      'f.ini:3: [client] …: expected "key = value", "[section]" or a comment',
      'f.ini:4: [client] ＰｏｌｌInterval: is not a known key and is ignored; did you mean PollInterval?',
    ]);
  });

  it('says that a value holds full-width characters where it is bad, and where it only looks so', () => {
    expect(messageOf('[client]\nDeviceID = a\nPollInterval = １０s')).toMatch(
      /:3: \[client\] PollInterval: must be a duration .*; the value holds the full-width １, which must be typed in ASCII/,
    );
    const { settings, notices } = read('[client]\nDeviceID = “客厅”\nMihomoSecret = 我，“的”：密；码');
    expect(settings).toMatchObject({ DeviceID: '“客厅”', MihomoSecret: '我，“的”：密；码' });
    expect(notices.map((notice) => describeProblem('f.ini', notice, 'en'))).toEqual([
      'f.ini:2: [client] DeviceID: the full-width quotes around it are part of the value; remove them if they are not meant',
    ]);
  });

  it('says the same in Chinese', () => {
    const reader = new SettingsReader('f.ini', '[client]\nPollInterval = often\nPolInterval = 5s');
    reader.section('client', schema);
    const problems = [...reader.problems, ...reader.notices];
    expect(problems.map((each) => describeProblem('f.ini', each, 'zh'))).toEqual([
      'f.ini:1: [client] DeviceID: 缺少此项，请补上',
      'f.ini:2: [client] PollInterval: 须为 100 到 60000 毫秒的时长，如 1000、10s 或 6h',
      'f.ini:3: [client] PolInterval: 不是已知的键，已忽略；是不是 PollInterval？',
    ]);
  });

  it('leaves sections of other services alone', () => {
    expect(read('[client]\nDeviceID = a\n[server]\nServerToken = t').notices).toEqual([]);
  });
});

describe('typed values', () => {
  it.each([
    [durationSetting(0, 1e9), '10s', 10_000],
    [durationSetting(0, 1e9), '1500', 1500],
    [durationSetting(0, 1e9), '6h', 21_600_000],
    [sizeSetting(), '100MB', 104_857_600],
    [sizeSetting(), '1.5 GiB', 1_610_612_736],
    [sizeSetting(), '42', 42],
    [switchSetting(), 'On', true],
    [switchSetting(), '0', false],
    [numberSetting(0, 1), '0.2', 0.2],
    [listSetting(), 'a, b,,c', ['a', 'b', 'c']],
    [listSetting(), '“a”，"b c"；d、\'e\'\n f，', ['a', 'b c', 'd', 'e', 'f']],
    [timeZoneSetting(), 'Asia/Shanghai', 'Asia/Shanghai'],
    [timeOfDaySetting(), '23:55', '23:55'],
    [httpUrlSetting(), 'http://127.0.0.1:9090/', 'http://127.0.0.1:9090'],
  ])('%# reads %j', (setting, text, value) => {
    expect(setting.parse(text)).toEqual(value);
  });

  it.each([
    [durationSetting(0, 1e9), 'soon'],
    [durationSetting(1000, 5000), '1ms'],
    [sizeSetting(), '10 apples'],
    [switchSetting(), 'maybe'],
    [numberSetting(0, 1), '2'],
    [timeZoneSetting(), 'Mars/Base'],
    [timeOfDaySetting(), '25:00'],
    [httpUrlSetting(), 'ftp://x'],
  ])('%# refuses %j without repeating it', (setting, text) => {
    const result = setting.safeParse(text);
    expect(result.success).toBe(false);
    expect(result.error?.issues[0]?.message).not.toContain(text);
  });
});
