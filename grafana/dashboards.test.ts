import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { LANGUAGES } from '../core/language.ts';
import { WHOLE } from '../runtime/prometheus.ts';
import { dashboardProblems, panelsOf, targetsOf } from '../test/dashboard-lint/dashboard.ts';
import { buildDashboard } from './dashboard.ts';
import { allDashboards, buildDashboards } from './dashboards.ts';
import { DEFAULTS } from './settings.ts';
import { DATASOURCE_UID } from './variables.ts';

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const dashboards = LANGUAGES.flatMap((language) =>
  allDashboards({ ...DEFAULTS, language }).map((spec) => ({
    title: `${language} ${spec.title[language]}`,
    language,
    dashboard: buildDashboard(spec, { ...DEFAULTS, language }),
  })),
);

describe.each(dashboards)('$title', ({ dashboard, language }) => {
  it('keeps the rules of the house', () => {
    expect(dashboardProblems(dashboard)).toEqual([]);
  });

  it('is in one language', () => {
    const { timezone: _, ...rest } = dashboard;
    const hasChinese = /[\u4e00-\u9fff]/.test(JSON.stringify(rest));
    expect(hasChinese).toBe(language === 'zh');
  });
});

describe('the dashboards together', () => {
  it('have titles and uids of their own, and labels as the linter of Grafana wants them in English', () => {
    for (const language of LANGUAGES) {
      const own = dashboards.filter((each) => each.language === language);
      expect(new Set(own.map(({ dashboard }) => dashboard.uid)).size).toBe(own.length);
      expect(new Set(own.map(({ dashboard }) => dashboard.title)).size).toBe(own.length);
    }
    const english = dashboards.find(({ language }) => language === 'en')?.dashboard.templating.list ?? [];
    const labels = Object.fromEntries(english.map(({ name, label }) => [name, label]));
    expect(labels).toMatchObject({ datasource: 'Data source', job: 'Job', instance: 'Instance' });
  });

  it('ask the same questions in both languages', () => {
    const questions = (language: string): string[] =>
      dashboards
        .filter((each) => each.language === language)
        .flatMap(({ dashboard }) => panelsOf(dashboard).flatMap((panel) => targetsOf(panel).map(({ expr }) => expr)));
    expect(questions('en')).toEqual(questions('zh'));
  });

  it('link to dashboards that exist', () => {
    const uids = new Set(dashboards.map(({ dashboard }) => dashboard.uid));
    for (const { dashboard } of dashboards) {
      for (const [, uid] of JSON.stringify(dashboard).matchAll(/"\/d\/([\w-]+)\?/g)) expect(uids).toContain(uid);
    }
  });

  it.each(LANGUAGES)('are committed as they are built (%s): if not, run `npm run dashboards`', (language) => {
    const built = buildDashboards({ ...DEFAULTS, language });
    const committed = folder(`dashboards/${language}`);
    expect(existsSync(committed)).toBe(true);
    expect(readdirSync(committed).sort()).toEqual(built.map(({ name }) => name).sort());
    for (const { name, content } of built) {
      expect(readFileSync(`${committed}/${name}`, 'utf8') === content, `${language}/${name} differs`).toBe(true);
    }
  });
});

describe('provisioning', () => {
  const read = (path: string): unknown => parse(readFileSync(folder(`provisioning/${path}`), 'utf8'));

  it('gives the data source the uid that the dashboards start with', () => {
    expect(read('datasources/prometheus.yml')).toMatchObject({
      datasources: [
        {
          uid: DATASOURCE_UID,
          type: 'prometheus',
          access: 'proxy',
          editable: false,
          // A sum of what a part of a store knows would be too small, with a mark at the panel at best.
          jsonData: { customQueryParameters: new URLSearchParams(WHOLE).toString() },
        },
      ],
    });
  });

  it('takes the folder of the dashboards from the environment', () => {
    expect(read('dashboards/flowcollect.yml')).toMatchObject({
      providers: [{ allowUiUpdates: false, options: { path: '$FLOWCOLLECT_DASHBOARDS' } }],
    });
  });
});
