import type { Language, Text } from '../../core/language.ts';
import { shellWord } from '../../core/shell-word.ts';
import { hashToken } from '../../gateway/access/authenticate.ts';
import { readerNameProblem } from '../../gateway/access/reader-token.ts';
import { addReader, listTokens } from '../../gateway/access/token-store.ts';
import { TEXTS } from '../texts.ts';
import {
  createOrganisation,
  enterOrganisation,
  listOrganisations,
  type Organisation,
  organisationName,
  ownerOf,
  syncViewer,
} from './accounts.ts';
import type { Grafana } from './grafana-api.ts';
import { type DashboardText, syncDashboards, syncDataSource, syncPreferences } from './provisioning.ts';

interface SyncOptions {
  readonly grafana: Grafana;
  /** The settings file, where users are named and the hashes of their reader tokens kept. */
  readonly config: string;
  /** FlowCollect as it was called. */
  readonly called: string;
  /** Where Grafana finds the query proxy. */
  readonly queryProxy: string;
  readonly dashboards: readonly DashboardText[];
  /** In which the dashboards are. */
  readonly language: Language;
  /** A change that was made for a user. */
  changed(user: string, what: Text): void;
  /** What somebody should look at. */
  warn(user: string, what: Text): void;
}

/**
 * Gives each `[user.NAME]` an organisation in Grafana with a viewer, a data source and the dashboards. Where all is as
 * it should be, nothing is changed. Organisations of users that are gone are named and stay.
 *
 * @returns how many users were left out
 * @throws GrafanaError, SettingsError; run again, it goes on where it ended
 */
export async function syncUsers({
  grafana,
  config,
  called,
  queryProxy,
  dashboards,
  language,
  changed,
  warn,
}: SyncOptions): Promise<number> {
  const sections = (await listTokens(config)).filter(({ deviceId }) => deviceId === undefined);
  const names = sections.map(({ user }) => user);
  const before = await listOrganisations(grafana);
  let leftOut = 0;
  for (const { user, readerHash: hash } of sections) {
    const reporter = {
      changed: (what: Text): void => changed(user, what),
      warn: (what: Text): void => warn(user, what),
    };
    const problem = nameProblem(user, names);
    if (problem !== undefined) {
      reporter.warn(problem);
      leftOut++;
      continue;
    }
    const organisation = await syncOrganisation(grafana, user, before, reporter.changed);
    if (!(await syncViewer(grafana, user, organisation, before, reporter))) {
      leftOut++;
      continue;
    }
    const renew = async (): Promise<{ token: string; hash: Buffer }> => {
      const token = await addReader(config, user);
      return { token, hash: hashToken(token) };
    };
    await syncDataSource(
      grafana,
      user,
      organisation.id,
      queryProxy,
      { hash, renew, command: `${called} gateway reader add --user ${shellWord(user)}` },
      reporter,
    );
    await syncDashboards(grafana, organisation.id, dashboards, reporter);
    await syncPreferences(grafana, organisation.id, language, reporter);
  }
  for (const organisation of before) {
    const owner = ownerOf(organisation);
    if (owner === undefined || names.includes(owner)) continue;
    warn(owner, TEXTS.gone);
  }
  return leftOut;
}

async function syncOrganisation(
  grafana: Grafana,
  user: string,
  organisations: readonly Organisation[],
  changed: (what: Text) => void,
): Promise<Organisation> {
  const found = organisations.find(({ name }) => name === organisationName(user));
  if (found === undefined) {
    const created = await createOrganisation(grafana, user);
    changed(TEXTS.organisation);
    return created;
  }
  await enterOrganisation(grafana, found);
  return found;
}

/** Why a user cannot have an account of its own. Grafana takes logins that differ only in case for one. */
function nameProblem(user: string, all: readonly string[]): Text | undefined {
  const problem = readerNameProblem(user);
  if (problem !== undefined) return TEXTS.badName(problem);
  const twin = all.find((other) => other !== user && other.toLowerCase() === user.toLowerCase());
  return twin === undefined ? undefined : TEXTS.twin(twin);
}
