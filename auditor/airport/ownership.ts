import type { AirportRules } from './settings.ts';

/** Whether a node belongs to an airport: `possible` when no rule says whose it is. */
export type Ownership = 'sure' | 'possible' | 'no';

/** An airport as far as its nodes can be told by it. */
export interface Owner {
  readonly name: string;
  readonly rules?: Pick<AirportRules, 'providers' | 'nodes'>;
}

/**
 * Whose node it is. What the settings say counts first: a provider or a pattern of nodes. With one airport every other
 * proxy node is its own; with several, the provider that the node came from tells, by the name of the subscription with
 * or without its file ending.
 *
 * @param airport its name
 * @param provider the node's provider, empty for a node written into the configuration
 * @param airports all airports of this user
 * @param amended the airport to which a person moved the node, which wins
 */
export function ownershipOf(
  airport: string,
  node: string,
  provider: string,
  airports: readonly Owner[],
  amended: string | undefined,
): Ownership {
  if (amended !== undefined) return amended === airport ? 'sure' : 'no';
  const owners = [
    airports.filter(({ rules }) => rules?.providers.includes(provider) === true),
    airports.filter(({ rules }) => rules?.nodes?.test(node) === true),
    airports.length === 1 ? airports : airports.filter(({ name }) => sameName(name, provider)),
  ].find((claimants) => claimants.length > 0);
  if (owners === undefined) return 'possible';
  return owners.some(({ name }) => name === airport) ? 'sure' : 'no';
}

function sameName(airport: string, provider: string): boolean {
  return provider !== '' && providerName(airport.toLowerCase()) === providerName(provider.toLowerCase());
}

/** The name of a subscription without its file ending, as kernels name the provider. */
export function providerName(airport: string): string {
  return airport.replace(/\.(?:ya?ml|txt|conf)$/i, '');
}
