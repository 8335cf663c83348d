export interface ScriptedAccount {
  readonly id: number;
  readonly login: string;
  readonly email: string;
  readonly password: string;
  readonly isGrafanaAdmin: boolean;
  /** The organisation it sees when it logs in. */
  current: number;
}

export interface ScriptedOrganisation {
  readonly id: number;
  readonly name: string;
  /** Roles by account. */
  readonly members: Map<number, string>;
  readonly dataSources: Map<string, Record<string, unknown>>;
  readonly folders: Map<string, unknown>;
  /** Only what was set, as Grafana answers. */
  readonly preferences: Record<string, unknown>;
  /** By uid, the newest version first. */
  readonly dashboards: Map<string, { message: string; dashboard: Record<string, unknown>; folderUid: string }[]>;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}
interface Asked {
  readonly query: URLSearchParams;
  readonly ids: readonly string[];
  readonly body: Record<string, unknown>;
  readonly account: ScriptedAccount;
  /** The one that the header names, or the account's current one. */
  readonly inside: ScriptedOrganisation;
}

export const ok = (body: unknown): Answer => ({ status: 200, body });
export const refuse = (status: number, message: string): Answer => ({ status, body: { message } });

/** A request line, with what is asked for in groups, and its answer. */
export type Route = readonly [RegExp, (asked: Asked) => Answer];

/** Data sources, folders and dashboards, which Grafana has in each organisation: what is asked is about one of them. */
export function insideRoutes(version: () => string): readonly Route[] {
  return [
    [
      /^GET \/api\/datasources\/uid\/([\w-]+)$/,
      ({ ids: [uid = ''], inside }) => {
        const found = inside.dataSources.get(uid);
        if (found === undefined) return refuse(404, 'Data source not found');
        const { secureJsonData, ...open } = found;
        const names = Object.keys((secureJsonData as object | undefined) ?? {});
        return ok({ ...open, secureJsonFields: Object.fromEntries(names.map((name) => [name, true])) });
      },
    ],
    [
      /^POST \/api\/datasources$/,
      ({ body, inside }) => {
        const uid = String(body.uid);
        if (inside.dataSources.has(uid)) return refuse(409, 'data source with the same uid already exists');
        inside.dataSources.set(uid, body);
        return ok({ id: 1, message: 'Datasource added', name: body.name });
      },
    ],
    [
      /^PUT \/api\/datasources\/uid\/([\w-]+)$/,
      ({ ids: [uid = ''], body, inside }) => {
        const found = inside.dataSources.get(uid);
        if (found === undefined) return refuse(404, 'Data source not found');
        inside.dataSources.set(uid, { secureJsonData: found.secureJsonData, ...body });
        return ok({ message: 'Datasource updated' });
      },
    ],
    [/^GET \/api\/org\/preferences$/, ({ inside }) => ok(inside.preferences)],
    [
      /^PATCH \/api\/org\/preferences$/,
      ({ body, inside }) => {
        Object.assign(inside.preferences, body);
        return ok({ message: 'Preferences updated' });
      },
    ],
    [
      /^GET \/api\/folders\/([\w-]+)$/,
      ({ ids: [uid = ''], inside }) => (inside.folders.has(uid) ? ok({ uid }) : refuse(404, 'folder not found')),
    ],
    [
      /^POST \/api\/folders$/,
      ({ body, inside }) => {
        if (inside.folders.has(String(body.uid))) return refuse(409, 'a folder with the same uid already exists');
        inside.folders.set(String(body.uid), body);
        return ok({ uid: body.uid });
      },
    ],
    [
      /^GET \/api\/dashboards\/uid\/([\w-]+)\/versions$/,
      ({ ids: [uid = ''], inside }) => {
        const found = inside.dashboards.get(uid);
        if (found === undefined) return refuse(404, 'Dashboard not found');
        const versions = found.map(({ message }, index) => ({ version: found.length - index, message }));
        // The shape changed with Grafana 11.
        return ok(Number.parseInt(version(), 10) < 11 ? versions : { versions });
      },
    ],
    [
      /^POST \/api\/dashboards\/db$/,
      ({ body, inside }) => {
        const dashboard = body.dashboard as Record<string, unknown>;
        if (!inside.folders.has(String(body.folderUid))) return refuse(400, 'folder not found');
        const versions = inside.dashboards.get(String(dashboard.uid)) ?? [];
        if (versions.length > 0 && body.overwrite !== true)
          return refuse(412, 'The dashboard has been changed by someone else');
        // As Grafana 12.3 was seen to do.
        const isFirst = versions.length === 0 && Number.parseInt(version(), 10) >= 12;
        const message = isFirst ? 'Initial save' : String(body.message);
        versions.unshift({ message, dashboard, folderUid: String(body.folderUid) });
        inside.dashboards.set(String(dashboard.uid), versions);
        return ok({ uid: dashboard.uid, status: 'success', version: versions.length });
      },
    ],
  ];
}
