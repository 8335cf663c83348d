import { readerNameProblem } from '../../gateway/reader-key.ts';
import { addReader, listTokens } from '../../gateway/token-store.ts';
import { hashToken } from '../../gateway/tokens.ts';
import { type BoardText, syncBoards } from './boards.ts';
import { syncDataSource } from './data-source.ts';
import type { Grafana } from './grafana-api.ts';
import {
  createOrganisation,
  enterOrganisation,
  listOrganisations,
  type Organisation,
  organisationName,
  ownerOf,
} from './organisations.ts';
import { syncViewer } from './viewer.ts';

export interface SyncOptions {
  readonly grafana: Grafana;
  /** The settings file, where users are named and the hashes of their reader tokens kept. */
  readonly config: string;
  /** Where Grafana finds the readers' door. */
  readonly door: string;
  readonly boards: readonly BoardText[];
  /** A change that was made for a user. */
  changed(user: string, what: string): void;
  /** What somebody should look at. */
  warn(user: string, what: string): void;
}

/**
 * Gives each `[user.NAME]` an organisation in Grafana with a viewer, a data source and the dashboards. Where all is as
 * it should be, nothing is changed. Organisations of users that are gone are named and stay.
 *
 * @returns how many users were left out
 * @throws GrafanaError, SettingsError; run again, it goes on where it ended
 */
export async function syncUsers({ grafana, config, door, boards, changed, warn }: SyncOptions): Promise<number> {
  const sections = (await listTokens(config)).filter(({ deviceId }) => deviceId === undefined);
  const names = sections.map(({ user }) => user);
  const before = await listOrganisations(grafana);
  let leftOut = 0;
  for (const { user, readerHash: hash } of sections) {
    const tell = {
      changed: (what: string): void => changed(user, what),
      warn: (what: string): void => warn(user, what),
    };
    const problem = nameProblem(user, names);
    if (problem !== undefined) {
      tell.warn(problem);
      leftOut++;
      continue;
    }
    const organisation = await syncOrganisation(grafana, user, before, tell.changed);
    if (!(await syncViewer(grafana, user, organisation, before, tell))) {
      leftOut++;
      continue;
    }
    const renew = async (): Promise<{ token: string; hash: Buffer }> => {
      const token = await addReader(config, user);
      return { token, hash: hashToken(token) };
    };
    await syncDataSource(grafana, user, organisation.id, door, { hash, renew }, tell);
    await syncBoards(grafana, organisation.id, boards, tell);
  }
  for (const organisation of before) {
    const owner = ownerOf(organisation);
    if (owner === undefined || names.includes(owner)) continue;
    warn(
      owner,
      '已不在配置中，组织和帐号都还在，请在 Grafana 中删除 / is not in the settings any more; the organisation and the account stay until you delete them in Grafana',
    );
  }
  return leftOut;
}

async function syncOrganisation(
  grafana: Grafana,
  user: string,
  organisations: readonly Organisation[],
  changed: (what: string) => void,
): Promise<Organisation> {
  const found = organisations.find(({ name }) => name === organisationName(user));
  if (found === undefined) {
    const created = await createOrganisation(grafana, user);
    changed('组织 / organisation');
    return created;
  }
  await enterOrganisation(grafana, found);
  return found;
}

/** Why a user cannot have an account of its own. Grafana takes logins that differ only in case for one. */
function nameProblem(user: string, all: readonly string[]): string | undefined {
  const problem = readerNameProblem(user);
  if (problem !== undefined) return `用户名不能含冒号，首尾不能有空格 / cannot read: the name ${problem}`;
  const twin = all.find((other) => other !== user && other.toLowerCase() === user.toLowerCase());
  if (twin === undefined) return undefined;
  return `与“${twin}”只差大小写，在 Grafana 中是同一个帐号 / differs from "${twin}" in case only, which is one account to Grafana; rename one`;
}
