import { Command } from 'commander';
import { VERSION } from '../core/version.ts';
import { ArgumentError } from '../runtime/command-line.ts';
import { compareVersions, newestRelease } from './release-feed.ts';

const PATIENCE_MS = 10_000;

/** `flowcollect version`: nothing is asked of anybody unless `--check` says so. */
export function versionCommand(print: (line: string) => void): Command {
  return new Command('version')
    .description('print the version; with --check, ask a release feed for a newer one')
    .option('--check', 'ask once whether there is a newer version')
    .option(
      '--from <address>',
      'where releases are told as JSON, such as https://api.github.com/repos/OWNER/NAME/releases/latest; none is built in',
    )
    .action(async ({ check, from }: { check?: true; from?: string }) => {
      if (check === undefined) {
        if (from !== undefined) throw new ArgumentError('--from is for --check');
        print(VERSION);
        return;
      }
      if (from === undefined || !URL.canParse(from) || !/^https?:$/.test(new URL(from).protocol)) {
        throw new ArgumentError(
          '--check needs --from with the address of the releases where you got FlowCollect, such as https://api.github.com/repos/OWNER/NAME/releases/latest',
        );
      }
      const { version, page } = await newestRelease(from, PATIENCE_MS);
      const older = compareVersions(VERSION, version) < 0;
      const where = page === undefined ? '' : `: ${page}`;
      print(older ? `${version} is newer than this ${VERSION}${where}` : `${VERSION} is the newest version`);
    });
}
