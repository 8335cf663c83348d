import { Command } from 'commander';
import { EnvHttpProxyAgent, fetch } from 'undici';
import { z } from 'zod';
import { ArgumentError, type Translate, UserFacingError } from '../core/language.ts';
import { VERSION } from '../core/version.ts';
import { errorCode } from '../runtime/error-code.ts';
import { COMMANDS } from '../runtime/texts.ts';
import { TEXTS } from './texts.ts';

/** A version that has been released. */
interface Release {
  /** Such as `1.2.0`. */
  readonly version: string;
  /** Where people read about it, where the feed tells it. */
  readonly page?: string;
}

/** The feed could not be read; the message says how to go on, and holds nothing of the address but its origin. */
class ReleaseFeedError extends UserFacingError {
  override readonly name = 'ReleaseFeedError';
}

/** One release as GitHub, Gitea, Forgejo and GitLab tell it; only what is used here. */
const Entry = z.object({
  tag_name: z.string(),
  html_url: z.url({ protocol: /^https?$/ }).optional(),
  draft: z.boolean().optional(),
  prerelease: z.boolean().optional(),
});
/** The latest release, or a list of releases in any order. */
const Feed = z.union([Entry, z.array(Entry)]);

const FEED_LIMIT = 4 * 2 ** 20;

/**
 * The newest release that a feed lists, drafts and versions under test left out. A proxy that the environment names
 * (HTTPS_PROXY, HTTP_PROXY, NO_PROXY) is used, since forges are out of reach where many devices are.
 *
 * @param address http or https
 * @param patience milliseconds for all of it
 * @throws ReleaseFeedError
 */
export async function newestRelease(address: string, patience: number): Promise<Release> {
  const { origin } = new URL(address);
  const releases = readFeed(await readBody(address, origin, patience), origin);
  const newest = releases.sort((a, b) => compareVersions(a.version, b.version)).at(-1);
  if (newest === undefined) throw new ReleaseFeedError(TEXTS.feedExpected(TEXTS.feedNamesNone(origin)));
  return newest;
}

async function readBody(address: string, origin: string, patience: number): Promise<string> {
  const dispatcher = new EnvHttpProxyAgent();
  try {
    const response = await fetch(address, {
      dispatcher,
      headers: { accept: 'application/json', 'user-agent': 'flowcollect' },
      signal: AbortSignal.timeout(patience),
    });
    if (!response.ok) throw new ReleaseFeedError(TEXTS.feedExpected(TEXTS.feedAnswered(origin, response.status)));
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of response.body ?? []) {
      length += chunk.length;
      if (length > FEED_LIMIT) throw new ReleaseFeedError(TEXTS.feedExpected(TEXTS.feedTooLong(origin)));
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString();
  } catch (error) {
    if (error instanceof ReleaseFeedError) throw error;
    const late = error instanceof Error && error.name === 'TimeoutError';
    const text = late ? TEXTS.feedLate(origin, patience / 1000) : TEXTS.feedSilent(origin, errorCode(error));
    throw new ReleaseFeedError(text, { cause: error });
  } finally {
    await dispatcher.destroy();
  }
}

function readFeed(body: string, origin: string): Release[] {
  let content: unknown;
  try {
    content = JSON.parse(body);
  } catch {
    content = undefined;
  }
  const feed = Feed.safeParse(content);
  if (!feed.success) throw new ReleaseFeedError(TEXTS.feedExpected(TEXTS.feedOther(origin)));
  return [feed.data].flat().flatMap(({ tag_name, html_url, draft, prerelease }): Release[] => {
    const version = /^v?(\d{1,6}\.\d{1,6}\.\d{1,6})$/.exec(tag_name)?.[1];
    if (version === undefined || draft === true || prerelease === true) return [];
    return [{ version, ...(html_url === undefined ? {} : { page: html_url }) }];
  });
}

/** @returns below 0 when a is older, above 0 when it is newer; both are three numbers */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  for (const place of [0, 1, 2]) {
    const difference = (left?.[place] ?? 0) - (right?.[place] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

const PATIENCE_MS = 10_000;

/** `flowcollect version`: nothing is asked of anybody unless `--check` says so. */
export function versionCommand(print: (line: string) => void, translate: Translate): Command {
  return new Command('version')
    .description(translate(COMMANDS.version))
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
