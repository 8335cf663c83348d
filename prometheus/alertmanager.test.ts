import { expect, it } from 'vitest';
import { alertmanagerConfig } from './alertmanager.ts';

const smtp = {
  SMTPHost: 'smtp.mail.invalid',
  SMTPPort: 587,
  EmailUser: 'me@mail.invalid',
  EmailTo: 'owner@mail.invalid',
};
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
    'alertname = FlowCollectSteadySurplus',
    'severity = critical',
    'severity = info',
  ]);
  const telling = config({ users, mail: undefined, alerts: { TelegramToken: '1:t', TelegramChat: 1 } });
  expect(matchersOf(telling)).toContain('user = "carol"');
  expect(matchersOf(telling)).not.toContain('user = "alice"');
  expect(telling.receivers.map(({ name }) => name)).toEqual(['owner', 'nobody', 'user carol']);
});

it('repeats what waits for an answer more rarely than anything else', () => {
  const { route } = config({ users: [{ user: 'alice', EmailTo: 'alice@mail.invalid' }] });
  const repeats = (routes: readonly { readonly repeat_interval?: string; readonly matchers: readonly string[] }[]) =>
    routes.map(({ matchers, repeat_interval }) => [matchers[0], repeat_interval]);
  const expected = [
    ['alertname = FlowCollectSteadySurplus', '120h'],
    ['severity = critical', '4h'],
    ['severity = info', '24h'],
  ];
  const [, alice] = route.routes;
  expect(repeats(route.routes)).toEqual(expect.arrayContaining(expected));
  expect(alice !== undefined && 'routes' in alice ? repeats(alice.routes) : []).toEqual(expected);
});
