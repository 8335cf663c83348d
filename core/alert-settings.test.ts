import { expect, it } from 'vitest';
import { readAlertSections } from './server-settings.ts';
import { SettingsReader } from './settings.ts';

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
