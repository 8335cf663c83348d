/** Whether a node belongs to an airport: `possible` when no rule says whose it is. */
export type Claim = 'sure' | 'possible' | 'no';

/**
 * Whose node it is. With one airport every proxy node is its own; with several, the provider that the node came from
 * tells, by the name of the subscription with or without its file ending.
 *
 * @param provider the node's provider, empty for a node written into the configuration
 * @param airports names of all airports of this user
 */
export function claimOf(airport: string, provider: string, airports: readonly string[]): Claim {
  if (airports.length === 1) return 'sure';
  const owners = airports.filter((name) => sameName(name, provider));
  if (owners.length === 0) return 'possible';
  return owners.includes(airport) ? 'sure' : 'no';
}

function sameName(airport: string, provider: string): boolean {
  const plain = (text: string): string => text.toLowerCase().replace(/\.(?:ya?ml|txt|conf)$/, '');
  return provider !== '' && plain(airport) === plain(provider);
}
