import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { type CommandTree, completionCases, completionScript, readShell } from './completion.ts';

const leaf = (name: string, ...flags: string[]): CommandTree => ({
  name,
  options: flags.map((each) => ({ flags: each })),
  commands: [],
});
const TREES: readonly CommandTree[] = [
  leaf('doctor', '-c, --config <file>', '--json'),
  {
    name: 'gateway',
    options: [],
    commands: [{ ...leaf('token'), commands: [leaf('add', '--user <name>'), leaf('list')] }],
  },
];
const script = completionScript(
  'bash',
  TREES.map(({ name }) => name),
  TREES.map((each) => completionCases(each)).join(''),
);

/** What bash offers for the last of these words. */
function offered(...words: string[]): string[] {
  const set = `COMP_WORDS=(${words.map((each) => `'${each}'`).join(' ')}); COMP_CWORD=${words.length - 1}`;
  const said = execFileSync('bash', ['-c', `${script}\n${set}\n_flowcollect\nprintf '%s\\n' "\${COMPREPLY[@]}"`]);
  return String(said)
    .split('\n')
    .filter((each) => each !== '');
}

describe.skipIf(process.platform === 'win32')('completion in bash', () => {
  it('offers commands, those below them, and their options', () => {
    expect(offered('flowcollect', 'do')).toEqual(['doctor']);
    expect(offered('flowcollect', 'gateway', '')).toEqual(['token', '--help']);
    expect(offered('flowcollect', 'gateway', 'token', 'a')).toEqual(['add']);
    expect(offered('flowcollect', 'gateway', 'token', 'add', '--')).toEqual(['--user', '--help']);
    expect(offered('flowcollect', 'doctor', '-')).toEqual(['-c', '--config', '--json', '--help']);
    expect(offered('flowcollect', 'completion', '')).toEqual(['bash', 'zsh']);
  });

  it('leaves the value of an option to the shell, and goes on after it', () => {
    expect(offered('flowcollect', 'doctor', '--config', '')).toEqual([]);
    expect(offered('flowcollect', 'doctor', '-c', 'My')).toEqual([]);
    expect(offered('flowcollect', 'doctor', '-c', 'a b.ini', '--j')).toEqual(['--json']);
    expect(offered('flowcollect', 'gateway', 'token', 'list', 'add', '--u')).toEqual([]);
  });
});

it('knows two shells', () => {
  expect(readShell('zsh')).toBe('zsh');
  expect(() => readShell('fish')).toThrow('bash | zsh');
  expect(completionScript('zsh', [], '')).toContain('bashcompinit');
});
