import { chmod, mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { freePort } from '../test/real-parts.ts';
import { createOrphanGuard, startProcess } from './processes.ts';
import { type GrafanaPlace, grafanaSpec } from './programs.ts';

let folder: string;
let place: GrafanaPlace;

/** Answers every request with its arguments and those of its settings that came by environment. */
const PROGRAM = `#!${process.execPath}
require('node:http').createServer((_, response) => response.end(JSON.stringify({
  args: process.argv.slice(2), provisioning: process.env.GF_PATHS_PROVISIONING,
  dashboards: process.env.FLOWCOLLECT_DASHBOARDS,
  preinstallDisabled: process.env.GF_PLUGINS_PREINSTALL_DISABLED, home: process.env.GF_USERS_HOME_PAGE,
  spoken: process.env.GF_USERS_DEFAULT_LANGUAGE, news: process.env.GF_NEWS_NEWS_FEED_ENABLED,
  anonymous: process.env.GF_AUTH_ANONYMOUS_ENABLED,
}))).listen(Number(process.env.GF_SERVER_HTTP_PORT), process.env.GF_SERVER_HTTP_ADDR);
`;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'grafana-'));
  const home = join(folder, 'opt', 'grafana');
  await mkdir(join(home, 'bin'), { recursive: true });
  await writeFile(join(home, 'bin', 'grafana'), PROGRAM);
  await chmod(join(home, 'bin', 'grafana'), 0o755);
  // A link is on PATH, as package managers make them.
  await symlink(join(home, 'bin', 'grafana'), join(folder, 'grafana'));
  place = {
    program: join(folder, 'grafana'),
    port: await freePort(),
    folder: join(folder, 'data'),
    logFile: join(folder, 'grafana.log'),
    sources: '/checkout/grafana',
    dashboards: '/run/dashboards',
    language: 'zh',
    open: true,
    prometheus: 'http://127.0.0.1:9090',
    environment: {},
  };
});

/** @returns the program */
async function withHome(): Promise<string> {
  const conf = join(folder, 'opt', 'grafana', 'conf');
  await mkdir(conf);
  await writeFile(join(conf, 'defaults.ini'), '');
  return place.program;
}

it('starts Grafana from its home with the provisioned dashboards', async () => {
  await withHome();
  const home = join(folder, 'opt', 'grafana');
  const spec = await grafanaSpec(place);
  if (spec === undefined) throw new Error('Grafana was not found');
  const guard = createOrphanGuard();
  const running = await startProcess(spec, guard);
  const answer = await fetch(`http://127.0.0.1:${place.port}/`);
  expect(await answer.json()).toEqual({
    args: ['server', '--homepath', home],
    provisioning: '/checkout/grafana/provisioning',
    dashboards: '/run/dashboards',
    preinstallDisabled: 'true',
    home: '/d/flowcollect-overview',
    spoken: 'zh-Hans',
    news: 'false',
    anonymous: 'true',
  });
  await running.stop();
  guard.close();
});

it('asks who is there, but for the demo', async () => {
  const spec = await grafanaSpec({ ...place, program: await withHome(), open: false });
  expect(spec?.environment?.GF_AUTH_ANONYMOUS_ENABLED).toBe('false');
});

it('does without a Grafana whose files are not to be found', async () => {
  expect(await grafanaSpec(place)).toBeUndefined();
});
