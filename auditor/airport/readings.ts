import { readFileIfExists } from '../../runtime/atomic-file.ts';
import type { AirportRules } from '../airport-settings.ts';
import type { Subscription } from '../sub-urls.ts';
import type { UsableReading } from '../verdict/reading.ts';
import { reason } from '../verdict/reason.ts';
import type { AirportClient, AirportWays, FetchOutcome } from './fetch.ts';

/** A reading younger than this is used again rather than asking the airport, which logs and limits requests. */
const FRESH = 10 * 60_000;

/** What is remembered of an airport: its last reading, and the one at which the open window began. */
export interface Remembered {
  readonly latest: UsableReading | null;
  readonly anchor: UsableReading | null;
}

/**
 * The state of one airport now: a remembered reading where it is young enough and not the start of the window itself,
 * else one request.
 *
 * @param now epoch milliseconds
 */
export async function currentReading(
  client: AirportClient,
  { url, urlFile, rules }: Subscription,
  { latest, anchor }: Remembered,
  now: number,
): Promise<FetchOutcome> {
  const fresh = latest !== null && now - latest.at < FRESH && latest.at <= now;
  if (fresh && latest.at !== anchor?.at) return { known: true, reading: latest };
  const address = urlFile === undefined ? url : (await readFileIfExists(urlFile))?.trim();
  if (address === undefined || !URL.canParse(address))
    return { known: false, at: now, reasons: [reason('address_missing')] };
  return client.read(address, waysOf(rules));
}

function waysOf({ userAgent, proxy }: Pick<AirportRules, 'userAgent' | 'proxy'> = {}): AirportWays {
  return { ...(userAgent === undefined ? {} : { userAgent }), ...(proxy === undefined ? {} : { proxy }) };
}
