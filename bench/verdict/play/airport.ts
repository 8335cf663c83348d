import type { AirportClient, FetchOutcome } from '../../../auditor/airport/fetch.ts';
import { subscriptionOrigin } from '../../../auditor/airport/subscription.ts';
import type { AuditorConfig } from '../../../auditor/config.ts';
import { type ReasonCode, readingOutcome, reason } from '../../../auditor/verdict/reading.ts';
import type { AirportAnswer } from './records.ts';

/** The settings with addresses that the player knows airports by. */
export function playedConfig(config: AuditorConfig): AuditorConfig {
  const subscriptions = config.subscriptions.map(({ name, rules }) => ({
    name,
    url: addressOf(name),
    ...(rules === undefined ? {} : { rules }),
  }));
  return { ...config, subscriptions };
}

const addressOf = (airport: string): string => `https://airport.invalid/${encodeURIComponent(airport)}`;

/**
 * Airports that answer with what was recorded for the audit.
 *
 * @param answers those of the audit, by airport
 * @param clock epoch milliseconds
 */
export function playedAirports(answers: () => ReadonlyMap<string, AirportAnswer>, clock: () => number): AirportClient {
  return {
    async read(url) {
      const answer = answers().get(decodeURIComponent(new URL(url).pathname.slice(1)));
      return answer === undefined
        ? { known: false, at: clock(), reasons: [reason('fetch_timeout')] }
        : outcomeOf(answer);
    },
  };
}

/** An answer, read as the auditor reads those that come over the network. */
export async function outcomeOf({
  time: at,
  status = 200,
  header,
  refill,
  body = '',
  failure,
}: AirportAnswer): Promise<FetchOutcome> {
  if (failure !== undefined) return { known: false, at, reasons: [reason(failure as ReasonCode)] };
  const headers = [
    ['subscription-userinfo', header],
    ['subscription-refill-date', refill],
  ] as const;
  const found = await subscriptionOrigin.read(
    {
      status,
      at,
      header: (fits) => headers.find(([name, value]) => value !== undefined && fits(name))?.[1]?.trim(),
      body: async (most) => body.slice(0, most),
    },
    {},
  );
  return 'reason' in found
    ? { known: false, at, reasons: [found.reason] }
    : readingOutcome({ at: found.at ?? at, ...found.quota });
}
