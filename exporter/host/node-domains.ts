import { parse } from 'tldts';
import type { DomainOf } from '../ledger/attribution.ts';

/** By tldts, whose list comes with it. */
export const domainOf: DomainOf = (host) => {
  const { isIp, hostname, domain } = parse(host);
  return isIp === true ? 'ip' : (domain ?? hostname ?? undefined);
};
