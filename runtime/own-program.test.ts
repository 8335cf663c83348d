import { describe, expect, it } from 'vitest';
import { type Invocation, ownCommand } from './own-program.ts';

const PATH = '/usr/local/bin:/usr/bin';
const called = (how: Partial<Invocation>): string =>
  ownCommand({
    program: 'node',
    script: undefined,
    folder: '/home/me/flowcollect',
    environment: { PATH },
    root: false,
    ...how,
  });

describe('FlowCollect as it was called', () => {
  it('is npx in a clone, whatever script that leads to', () => {
    const script = '/home/me/flowcollect/node_modules/.bin/flowcollect';
    const environment = { PATH: `/home/me/flowcollect/node_modules/.bin:${PATH}`, npm_lifecycle_event: 'npx' };
    expect(called({ script, environment })).toBe('npx flowcollect');
  });

  it('is Node with the script, from the current folder', () => {
    const script = '/home/me/flowcollect/dist/flowcollect.mjs';
    expect(called({ script })).toBe('node dist/flowcollect.mjs');
    expect(called({ script, folder: '/etc' })).toBe(`node ${script}`);
    expect(called({ script: '/home/me/my traffic/flowcollect.mjs', folder: '/home/me' })).toBe(
      'node "my traffic/flowcollect.mjs"',
    );
  });

  it('is the executable by its path, or by its name where a shell finds it', () => {
    expect(called({ program: './flowcollect-1.0.0-linux-x64' })).toBe('./flowcollect-1.0.0-linux-x64');
    expect(called({ program: 'flowcollect' })).toBe('flowcollect');
    expect(called({ script: '/usr/local/bin/flowcollect' })).toBe('flowcollect');
  });

  it('has sudo in front where that was used', () => {
    const environment = { PATH, SUDO_USER: 'me' };
    expect(called({ script: '/usr/local/bin/flowcollect', root: true, environment })).toBe('sudo flowcollect');
    // Root of itself, and a service that sudo made somebody else.
    expect(called({ program: 'flowcollect', root: true })).toBe('flowcollect');
    expect(called({ program: 'flowcollect', environment })).toBe('flowcollect');
  });
});
