import { createHash } from 'node:crypto';
import { readSettingsText } from '../../runtime/settings-file.ts';
import { type ReadingOutcome, reason, type UsableReading } from '../verdict/reading.ts';
import type { AirportClient, AirportOptions } from './fetch.ts';
import { providerName } from './nodes.ts';
import { NO_RULES, type Subscription } from './settings.ts';

/** A reading younger than this is used again rather than asking the airport, which logs and limits requests. */
export const FRESH_FOR = 10 * 60_000;
const SPENT_FOR = 24 * 3_600_000;

/** What is remembered of an airport: its last reading, that at which the open window began, and a link that is spent. */
interface Remembered {
  readonly latest: UsableReading | null;
  readonly anchor: UsableReading | null;
  readonly spentLink: SpentLink | null;
}

/** A link that the airport does not take any more: its SHA-256, and when the airport last said so. */
interface SpentLink {
  readonly hash: string;
  readonly at: number;
}

/** An outcome, and the link that is known to be spent. */
export type CurrentReading = ReadingOutcome & { readonly spentLink?: SpentLink };

/**
 * The state of one airport now: a remembered reading where it is young enough and not the start of the window itself,
 * else one request. A link that the airport does not take any more is asked for once a day until another takes its place,
 * through restarts too: who asks on with a dead one looks like an attacker, and airports err.
 *
 * @param now epoch milliseconds
 * @param fresh how young a remembered reading must be, in milliseconds
 */
export async function currentReading(
  client: AirportClient,
  subscription: Subscription,
  { latest, anchor, spentLink }: Remembered,
  now: number,
  fresh: number,
): Promise<CurrentReading> {
  const { url, urlFile } = subscription;
  const young = latest !== null && now - latest.at < fresh && latest.at <= now;
  const spent = spentLink === null ? {} : { spentLink };
  if (young && latest.at !== anchor?.at) return { known: true, reading: latest, ...spent };
  const address = urlFile === undefined ? url : await readAddress(urlFile);
  if (address === undefined) return { known: false, at: now, reasons: [reason('address_missing')] };
  const hash = createHash('sha256').update(address).digest('hex');
  if (hash === spentLink?.hash && now - spentLink.at < SPENT_FOR)
    return { known: false, at: now, reasons: [reason('link_spent')], ...spent };
  const outcome = await client.read(address, optionsOf(subscription));
  const refused = !outcome.known && outcome.reasons.some(({ code }) => code === 'link_spent');
  return refused ? { ...outcome, spentLink: { hash, at: now } } : outcome;
}

/** The one line of a file that is an address, next to comments and notes; undefined where none or several are. */
async function readAddress(file: string): Promise<string | undefined> {
  const text = await readSettingsText(file).catch(() => '');
  const lines = text.split(/[\r\n]+/).map((line) => line.trim().replace(/^(["'])(.*)\1$/, '$2'));
  const addresses = new Set(lines.filter((line) => /^https?:/i.test(line) && URL.canParse(line)));
  return addresses.size === 1 ? [...addresses][0] : undefined;
}

function optionsOf({ name, rules = NO_RULES }: Subscription): AirportOptions {
  const { userAgent, headers, proxy, origin, secret, providers } = rules;
  return {
    provider: providers[0] ?? providerName(name),
    ...(userAgent === undefined ? {} : { userAgent }),
    ...(headers === undefined ? {} : { headers }),
    ...(proxy === undefined ? {} : { proxy }),
    ...(origin === undefined ? {} : { origin }),
    ...(secret === undefined ? {} : { secret }),
  };
}
