import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Text } from '../../core/language.ts';
import { TEXTS } from '../texts.ts';
import { ANYTHING, type Grafana } from './grafana-api.ts';
import type { Organisation } from './organisations.ts';

/** What is told of a user while it happens. */
export interface Teller {
  /** Something was changed. */
  changed(what: Text): void;
  /** Somebody should look at this. */
  warn(what: Text): void;
}

const Account = z.object({ id: z.number(), login: z.string(), isGrafanaAdmin: z.boolean() });
const Created = z.object({ id: z.number() });
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
  tell: Teller,
): Promise<boolean> {
  const account = await grafana.find(
    { method: 'GET', path: '/api/users/lookup', query: { loginOrEmail: user } },
    Account,
  );
  if (account === undefined) {
    await createViewer(grafana, user, organisation, others, tell);
    return true;
  }
  if (account.isGrafanaAdmin) {
    tell.warn(TEXTS.administrator);
    return false;
  }
  // Also found by its e-mail address, and then somebody else's.
  if (account.login.toLowerCase() !== user.toLowerCase()) {
    tell.warn(TEXTS.mailOfAnother);
    return false;
  }
  const memberships = await membershipsOf(grafana, account.id);
  await beViewer(grafana, user, account.id, organisation, memberships, tell);
  for (const { name, orgId, role } of memberships) {
    if (orgId === organisation.id) continue;
    tell.warn(TEXTS.elsewhereToo(name, role));
  }
  return true;
}

async function createViewer(
  grafana: Grafana,
  user: string,
  organisation: Organisation,
  others: readonly Organisation[],
  tell: Teller,
): Promise<void> {
  const password = randomBytes(18).toString('base64url');
  const body = { login: user, name: user, password, OrgId: organisation.id };
  const { id } = await grafana.call({ method: 'POST', path: '/api/admin/users', body, secret: password }, Created);
  // At once: whatever fails next, it is told nowhere else.
  tell.changed(TEXTS.password(password));
  const memberships = await membershipsOf(grafana, id);
  await beViewer(grafana, user, id, organisation, memberships, tell);
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
  tell: Teller,
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
  tell.changed(TEXTS.viewer);
}

function membershipsOf(grafana: Grafana, id: number): Promise<readonly Membership[]> {
  return grafana.call({ method: 'GET', path: `/api/users/${id}/orgs` }, Memberships);
}
