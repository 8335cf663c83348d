import { Command } from 'commander';
import type { Translate } from '../core/language.ts';
import { VERSION } from '../core/version.ts';
import { ArgumentError } from '../runtime/argument-error.ts';
import { compareVersions, newestRelease } from './release-feed.ts';
import { TEXTS } from './texts.ts';

const PATIENCE_MS = 10_000;

/** `flowcollect version`: nothing is asked of anybody unless `--check` says so. */
export function versionCommand(print: (line: string) => void, translate: Translate): Command {
  return new Command('version')
    .description(translate(TEXTS.version))
    .option('--check', translate(TEXTS.check))
    .option('--from <address>', translate(TEXTS.from))
    .action(async ({ check, from }: { check?: true; from?: string }) => {
      if (check === undefined) {
        if (from !== undefined) throw new ArgumentError(TEXTS.fromIsForCheck);
        print(VERSION);
        return;
      }
      if (from === undefined || !URL.canParse(from) || !/^https?:$/.test(new URL(from).protocol)) {
        throw new ArgumentError(TEXTS.checkNeedsFrom);
      }
      const { version, page } = await newestRelease(from, PATIENCE_MS);
      const older = compareVersions(VERSION, version) < 0;
      const where = page === undefined ? '' : `: ${page}`;
      print(older ? `${translate(TEXTS.newer(version, VERSION))}${where}` : translate(TEXTS.newest(VERSION)));
    });
}
