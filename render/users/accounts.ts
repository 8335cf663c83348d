import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Text } from '../../core/language.ts';
import { TEXTS } from '../texts.ts';
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

/** What is reported of a user while it happens. */
export interface Reporter {
  /** Something was changed. */
  changed(what: Text): void;
  /** Somebody should look at this. */
  warn(what: Text): void;
}

const Account = z.object({ id: z.number(), login: z.string(), isGrafanaAdmin: z.boolean() });
const CreatedUser = z.object({ id: z.number() });
const Memberships = z.array(z.object({ orgId: z.number(), name: z.string(), role: z.string() }));
type Membership = z.infer<typeof Memberships>[number];

/**
 * The user's account in Grafana, as Viewer of the organisation. A new one has a password, which is told once, and is in
 * no other organisation; of one that was there only its being Admin here is changed, and what else it sees is named.
 *
 * @param others the organisations from before, which are never deleted
 * @returns whether the user may have a viewer at all; an administrator of Grafana sees everybody anyway
 */
export async function syncViewer(
  grafana: Grafana,
  user: string,
  organisation: Organisation,
  others: readonly Organisation[],
  reporter: Reporter,
): Promise<boolean> {
  const account = await grafana.find(
    { method: 'GET', path: '/api/users/lookup', query: { loginOrEmail: user } },
    Account,
  );
  if (account === undefined) {
    await createViewer(grafana, user, organisation, others, reporter);
    return true;
  }
  if (account.isGrafanaAdmin) {
    reporter.warn(TEXTS.administrator);
    return false;
  }
  // Also found by its e-mail address, and then somebody else's.
  if (account.login.toLowerCase() !== user.toLowerCase()) {
    reporter.warn(TEXTS.mailOfAnother);
    return false;
  }
  const memberships = await membershipsOf(grafana, account.id);
  await beViewer(grafana, user, account.id, organisation, memberships, reporter);
  for (const { name, orgId, role } of memberships) {
    if (orgId === organisation.id) continue;
    reporter.warn(TEXTS.elsewhereToo(name, role));
  }
  return true;
}

async function createViewer(
  grafana: Grafana,
  user: string,
  organisation: Organisation,
  others: readonly Organisation[],
  reporter: Reporter,
): Promise<void> {
  const password = randomBytes(18).toString('base64url');
  const body = { login: user, name: user, password, OrgId: organisation.id };
  const { id } = await grafana.call({ method: 'POST', path: '/api/admin/users', body, secret: password }, CreatedUser);
  // At once: whatever fails next, it is told nowhere else.
  reporter.changed(TEXTS.password(password));
  const memberships = await membershipsOf(grafana, id);
  await beViewer(grafana, user, id, organisation, memberships, reporter);
  await grafana.call({ method: 'POST', path: `/api/users/${id}/using/${organisation.id}` }, ANYTHING);
  for (const { orgId } of memberships) {
    if (orgId === organisation.id) continue;
    // With auto_assign_org the new account is in the first organisation, which sees everybody. Without, Grafana makes
    // it one of its own, whose Admin could make a data source that reaches Prometheus, and who cannot be taken out.
    const path = others.some((each) => each.id === orgId) ? `/api/orgs/${orgId}/users/${id}` : `/api/orgs/${orgId}`;
    await grafana.call({ method: 'DELETE', path }, ANYTHING);
  }
}

async function beViewer(
  grafana: Grafana,
  user: string,
  id: number,
  organisation: Organisation,
  memberships: readonly Membership[],
  reporter: Reporter,
): Promise<void> {
  const role = memberships.find(({ orgId }) => orgId === organisation.id)?.role;
  // An Editor makes dashboards, which is harmless; an Admin would make data sources.
  if (role === 'Viewer' || role === 'Editor') return;
  const path = `/api/orgs/${organisation.id}/users`;
  if (role === undefined) {
    await grafana.call({ method: 'POST', path, body: { loginOrEmail: user, role: 'Viewer' } }, ANYTHING);
  } else {
    await grafana.call({ method: 'PATCH', path: `${path}/${id}`, body: { role: 'Viewer' } }, ANYTHING);
  }
  reporter.changed(TEXTS.viewer);
}

function membershipsOf(grafana: Grafana, id: number): Promise<readonly Membership[]> {
  return grafana.call({ method: 'GET', path: `/api/users/${id}/orgs` }, Memberships);
}
