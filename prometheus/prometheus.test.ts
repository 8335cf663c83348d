import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { serverFiles } from '../render/files.ts';
import { readRenderSettings } from '../render/settings.ts';
import { alertmanagerSpec } from '../stack/programs.ts';
import { AIRPORT_ALERT_CASES } from '../test/airport-alert-cases.ts';
import type { AlertCase } from '../test/alert-case.ts';
import { DEVICE_ALERT_CASES, SERIES_LIMIT } from '../test/device-alert-cases.ts';
import { createRealParts, freePort, prometheusVersions, type RealParts } from '../test/real-parts.ts';
import { SERVICE_ALERT_CASES } from '../test/service-alert-cases.ts';
import { reportEvery, ruleSettings } from './rule-settings.ts';
import { alertGroups, yamlFile } from './rules.ts';

const run = promisify(execFile);
const folder = import.meta.dirname;
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
const settingsOf = (text: string) => readRenderSettings('ServerSetting.ini', text).settings;

const budgeted = settingsOf('[server]\nDailyBudget = 5GB\n');
const alerts = alertGroups(ruleSettings(budgeted.server, budgeted.alerts)).flatMap(({ rules }) => rules);
const cases = [...AIRPORT_ALERT_CASES, ...DEVICE_ALERT_CASES, ...SERVICE_ALERT_CASES];
const versions = await prometheusVersions();

let parts: RealParts;
beforeAll(async () => {
  parts = await createRealParts();
});
afterAll(() => parts.close());

function write(name: string, files: readonly { readonly name: string; readonly content: string }[]): string {
  const place = join(parts.folder, name);
  for (const file of files) {
    mkdirSync(dirname(join(place, file.name)), { recursive: true });
    writeFileSync(join(place, file.name), file.content);
  }
  return place;
}

describe('what Prometheus is given', () => {
  it.each(serverFiles(settingsOf(read('containers.ini')), folder))('$name is what the code makes', (file) => {
    expect(read(file.name), 'run "npm run rules"').toBe(file.content);
  });

  it.each(versions)('is a valid configuration with valid rules for $version', async ({ programs }) => {
    const { stdout } = await run(programs.promtool ?? parts.binaries.promtool, [
      'check',
      'config',
      join(folder, 'prometheus.yml'),
    ]);
    expect(stdout).toMatch(/\d+ rules found/);
  });

  it.each(versions)(
    'fires, stays silent and resolves as the cases say, with every label and annotation, on $version',
    async ({ version, programs }) => {
      const limits = { ...ruleSettings(budgeted.server, budgeted.alerts), seriesPerDevice: SERIES_LIMIT };
      // Each alert in a file of its own: its cases then need not evaluate all the others too.
      const alone = alertGroups(limits).flatMap(({ name, rules }) =>
        rules.map((rule) => ({ alert: rule.alert, groups: [{ name, rules: [rule] }] })),
      );
      expect(alone.map(({ alert }) => alert)).toEqual(expect.arrayContaining(cases.map(({ alert }) => alert)));
      const tests = alone.flatMap(({ alert }) =>
        ['1m', '5m'].flatMap((step) => {
          const own = cases.filter((each) => each.alert === alert && (each.step ?? '1m') === step);
          return own.length === 0 ? [] : [{ name: `${alert} ${step}.yml`, content: unitTests(alert, step, own) }];
        }),
      );
      const place = write(`rules-test ${version}`, [
        ...alone.map(({ alert, groups }) => yamlFile(`rules/${alert}.yml`, { groups })),
        // JSON is YAML.
        ...tests.map(({ name, content }) => ({ name, content: JSON.stringify(content) })),
      ]);
      const { stdout } = await run(programs.promtool ?? parts.binaries.promtool, [
        ...['test', 'rules'],
        ...tests.map(({ name }) => join(place, name)),
      ]);
      expect(stdout.match(/SUCCESS/g)).toHaveLength(tests.length);
    },
    120_000,
  );

  it('has no alert of a budget that is not set', () => {
    const { server, alerts: limits } = settingsOf('');
    expect(stringify(alertGroups(ruleSettings(server, limits)))).not.toContain('DailyBudget');
  });

  it.each([
    ['55 23 * * *', 1],
    ['0 9 * * 1', 7],
    ['0 9 1 * *', 31],
  ])('waits for a report by "%s" for %i days and an hour', (cron, days) => {
    expect(reportEvery(cron)).toBe(days * 86_400);
  });
});

it('Alertmanager takes its configuration, with users and Telegram', async () => {
  const settings = settingsOf(
    '[smtp]\nEmailUser = me@qq.com\nEmailTo = me@qq.com\nEmailPass = p\n[alerts]\nTelegramToken = 1:t\nTelegramChat = 5\n' +
      '[alerts.alice]\nEmailTo = alice@mail.invalid\nTelegramChat = -6\n',
  );
  const place = { binaries: parts.binaries, port: await freePort(), folder: join(parts.folder, 'alertmanager') };
  const configFile = join(write('alertmanager-test', serverFiles(settings, parts.folder)), 'alertmanager.yml');
  const running = await parts.start(
    alertmanagerSpec({ ...place, configFile, logFile: join(parts.folder, 'alertmanager.log') }),
  );
  expect(readFileSync(running.logFile, 'utf8')).toContain('Completed loading of configuration file');
});

describe.each(alerts.map((alert) => [alert.alert, alert] as const))('alert %s', (name, { annotations, expr }) => {
  it('has a heading in both runbooks, and a case in which it is silent, fires and ends', () => {
    for (const url of [annotations.runbook_url, annotations.runbook_url_en]) {
      const [page = '', heading] = url.split('#');
      expect(heading).toBe(name.toLowerCase());
      expect(read(`../${page}`)).toContain(`\n## ${name}\n`);
    }
    const own = cases.filter((each) => each.alert === name);
    expect(own.some(({ firing }) => firing !== undefined)).toBe(true);
    // The watchdog never rests.
    if (name === 'FlowCollectWatchdog') return;
    expect(own.some(({ silent, firing, resolved }) => silent && firing && resolved)).toBe(true);
  });

  it('keeps users apart wherever it speaks of one', () => {
    const aggregations = expr.match(/\bby \([^)]*\)/g) ?? [];
    const whole = /^(sum by \((reason|rule_group)\)|up\{|vector|\(min_over_time\(flowcollect_gateway)/.test(expr);
    if (!whole) {
      expect(aggregations.length).toBeGreaterThan(0);
      for (const each of aggregations) expect(each).toContain('user');
    }
  });
});

/** @param step of series and rules: what lasts for days is looked at less often */
function unitTests(alert: string, step: string, own: readonly AlertCase[]): unknown {
  return {
    rule_files: [`rules/${alert}.yml`],
    evaluation_interval: step,
    tests: own.map(({ name, series, silent, firing, resolved, labels, says }) => ({
      name: name === undefined ? alert : `${alert} ${name}`,
      interval: step,
      input_series: Object.entries(series).map(([each, values]) => ({ series: each, values })),
      alert_rule_test: [
        ...[silent, resolved].flatMap((at) => (at === undefined ? [] : [{ eval_time: at, exp_alerts: [] }])),
        ...(firing === undefined ? [] : [{ eval_time: firing, exp_alerts: [expected(alert, labels, says)] }]),
      ].map((each) => ({ alertname: alert, ...each })),
    })),
  };
}

function expected(alert: string, labels: AlertCase['labels'], says: AlertCase['says']): unknown {
  const [summary, summary_en, description, description_en] = says;
  const heading = alert.toLowerCase();
  const runbook = {
    runbook_url: `docs/runbook.zh-CN.md#${heading}`,
    runbook_url_en: `docs/runbook.md#${heading}`,
  };
  return { exp_labels: labels, exp_annotations: { summary, summary_en, description, description_en, ...runbook } };
}
