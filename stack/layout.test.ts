import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { installationOf } from './layout.ts';

it('of a checkout or unpacked bundles is all in the folder above dist/', () => {
  const own = { command: '/usr/bin/node', args: ['/opt/flowcollect/dist/flowcollect.mjs'] };
  expect(installationOf(own, { XDG_CACHE_HOME: '/cache' })).toEqual({
    own,
    grafana: '/opt/flowcollect/grafana',
    cache: '/opt/flowcollect/.cache',
  });
});

it('of the image has no dashboards', () => {
  const own = { command: '/usr/bin/node', args: ['/app/dist/flowcollect.mjs'] };
  expect(installationOf(own, { FLOWCOLLECT_IMAGE: 'an/image' }).grafana).toBeUndefined();
});

it.each([
  [{ XDG_CACHE_HOME: '/cache' }, '/cache'],
  [{ LOCALAPPDATA: '/local' }, '/local'],
  [{ XDG_CACHE_HOME: '' }, join(homedir(), '.cache')],
])('of the single executable keeps what it downloads for its user: %j', (environment, cache) => {
  expect(installationOf({ command: '/bin/flowcollect', args: [] }, environment)).toEqual({
    own: { command: '/bin/flowcollect', args: [] },
    grafana: undefined,
    cache: join(cache, 'flowcollect'),
  });
});
