import { expect, inject, it } from 'vitest';
import { DAMAGED_FILES, killAgainAndAgain, ON_NODE, type Program } from './kills.ts';
import { fromSetup } from './later-program.ts';
import type { NativeProgram } from './native-build.ts';

const built = await fromSetup<NativeProgram>(inject('nativeFile'));
if (!('path' in built)) process.stderr.write(`\nDID NOT KILL the exporter's host in Go: ${JSON.stringify(built)}\n\n`);
const hosts: readonly (readonly [string, Program])[] = [
  ['on Node', ON_NODE],
  ...('path' in built ? [['in Go', [built.path]] as const] : []),
];

it.each(hosts)(
  'exporters %s in one folder, killed at 200 random instants, also together with the kernel, and with each file damaged, lose no byte but of the last two seconds, and no counter falls',
  {
    timeout: 900_000,
  },
  async (host, program) => {
    const report = await killAgainAndAgain(200, Math.random, [program]);
    const { moved, stored, hidden, fallen, beside } = report;
    expect(fallen).toEqual([]);
    process.stdout.write(`${host}: ${JSON.stringify(report)}\n`);
    expect(stored).toBeLessThanOrEqual(moved);
    expect(stored).toBeGreaterThanOrEqual(moved - hidden);
    expect(beside.stored).toBe(beside.moved);
    expect(report.setAside).toBe(DAMAGED_FILES);
  },
);
