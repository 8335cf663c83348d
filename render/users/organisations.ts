import { z } from 'zod';
import { ANYTHING, type Grafana } from './grafana-api.ts';

export interface Organisation {
  readonly id: number;
  readonly name: string;
}

/** Before a user's name: no user can be called so that theirs is the first organisation, which sees everybody. */
const PREFIX = 'FlowCollect: ';
const PAGE = 1000;

const Organisations = z.array(z.object({ id: z.number(), name: z.string() }));
const Created = z.object({ orgId: z.number() });
const Members = z.array(z.object({ login: z.string() }));

/** What a user's organisation is called. */
export const organisationName = (user: string): string => PREFIX + user;

/** Whose organisation it is; undefined for one that is nobody's. */
export function ownerOf({ name }: Organisation): string | undefined {
  return name.startsWith(PREFIX) ? name.slice(PREFIX.length) : undefined;
}

/** All organisations; found by list, since a name in a path would have to survive Grafana's routes. */
export async function listOrganisations(grafana: Grafana): Promise<readonly Organisation[]> {
  const all = new Map<number, Organisation>();
  for (let page = 0; ; page++) {
    const query = { perpage: String(PAGE), page: String(page) };
    const found = await grafana.call({ method: 'GET', path: '/api/orgs', query }, Organisations);
    const before = all.size;
    for (const each of found) all.set(each.id, each);
    // Pages that repeat themselves would never end.
    if (found.length < PAGE || all.size === before) return [...all.values()];
  }
}

/** Makes a user's organisation, of which the account becomes an Admin. */
export async function createOrganisation(grafana: Grafana, user: string): Promise<Organisation> {
  const name = organisationName(user);
  const { orgId: id } = await grafana.call({ method: 'POST', path: '/api/orgs', body: { name } }, Created);
  return { id, name };
}

/** Lets the account into an organisation that another administrator made: data sources are changed from inside. */
export async function enterOrganisation(grafana: Grafana, { id }: Organisation): Promise<void> {
  const path = `/api/orgs/${id}/users`;
  const members = await grafana.call({ method: 'GET', path }, Members);
  if (members.some(({ login }) => login.toLowerCase() === grafana.login.toLowerCase())) return;
  await grafana.call({ method: 'POST', path, body: { loginOrEmail: grafana.login, role: 'Admin' } }, ANYTHING);
}
