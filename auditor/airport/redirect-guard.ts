import type { LookupAddress } from 'node:dns';
import { lookup as lookUp } from 'node:dns/promises';
import { addressIn, isPrivate } from '../../core/addresses.ts';

/** "This host" (RFC 1122) reaches loopback, and clouds answer for themselves in the shared space of RFC 6598. */
const isUnspecifiedOrShared = addressIn(['0.0.0.0/8', '::', '100.64.0.0/10']);

/**
 * IPv6 addresses that hold an IPv4 one (RFC 4291, 6052, 3056), which a network may lead to that. No airport redirects to
 * them by number; resolvers make the second kind of names, where a network has no IPv4.
 */
const isTranslated = addressIn(['::/96', '64:ff9b::/96', '2002::/16']);

/** An airport that sends its reader to an address of the reader's own machine or network. */
export class InwardRedirectError extends Error {
  override readonly name = 'InwardRedirectError';
}

/** All addresses of a name. @param options as of `dns.lookup` */
export type Resolve = (name: string, options: object) => Promise<LookupAddress[]>;

/**
 * Watches where one request is sent on to: this machine can reach services that an airport must not. Lets redirects go
 * to loopback, link-local and private addresses only where the first address was one itself, as a converter of
 * subscriptions in the house is; by number or by a name that resolves to one.
 *
 * @param first the host of the first address, as in a URL
 */
export function createRedirectGuard(first: string, resolve: Resolve = resolveName) {
  let fromInside = isInward(first);
  let redirected = false;
  const refuse = (inward: boolean): void => {
    if (inward && !fromInside) throw new InwardRedirectError('a redirect to a private address');
  };
  return {
    /** Before a redirect is followed. @throws InwardRedirectError */
    follow(host: string) {
      redirected = true;
      refuse(isInward(host) || isTranslated(host));
    },
    /** Resolves the names of the first address and of redirects. @throws InwardRedirectError */
    async lookup(name: string, options: object): Promise<[LookupAddress[]]> {
      const found = await resolve(name, options);
      const inward = found.filter(({ address }) => isInward(address)).length;
      // A name of the reader's own network has private addresses alone; an airport may give its name a private one besides.
      if (!redirected) fromInside ||= inward > 0 && inward === found.length;
      else refuse(inward > 0);
      return [found];
    },
  };
}

function resolveName(name: string, options: object): Promise<LookupAddress[]> {
  return lookUp(name, { ...options, all: true });
}

function isInward(host: string): boolean {
  const plain = host.replace(/\.$/, '').toLowerCase();
  return isPrivate(plain) || plain.endsWith('.localhost') || isUnspecifiedOrShared(plain);
}
