import { expect, it } from 'vitest';
import { smtpSchema } from '../core/server-settings.ts';
import { alertmanagerConfig } from './alertmanager.ts';

const smtp = smtpSchema.parse({ EmailUser: 'me@mail.invalid', EmailTo: 'owner@mail.invalid' });
const config = (parts: Partial<Parameters<typeof alertmanagerConfig>[0]>) =>
  alertmanagerConfig({
    mail: { smtp, passwordFile: undefined, tls: true },
    alerts: {},
    users: [],
    telegram: { ApiRoot: 'https://api.telegram.org' },
    templates: 'templates/*.tmpl',
    ...parts,
  });
const matchersOf = ({ route }: ReturnType<typeof config>): readonly string[] =>
  route.routes.flatMap(({ matchers }) => matchers);

it('leaves the alerts of a user to the owner who could be told in no way', () => {
  const users = [
    { user: 'alice', EmailTo: 'alice@mail.invalid' },
    { user: 'bob', EmailTo: undefined },
    { user: 'carol', TelegramChat: 5 },
  ];
  expect(matchersOf(config({ users }))).toEqual([
    'severity = none',
    'user = "alice"',
    'severity = critical',
    'severity = info',
  ]);
  const telling = config({ users, mail: undefined, alerts: { TelegramToken: '1:t', TelegramChat: 1 } });
  expect(matchersOf(telling)).toContain('user = "carol"');
  expect(matchersOf(telling)).not.toContain('user = "alice"');
  expect(telling.receivers.map(({ name }) => name)).toEqual(['owner', 'nobody', 'user carol']);
});
