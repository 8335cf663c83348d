import { randomBytes } from 'node:crypto';

/** A secret for the parts of one run among themselves. */
export function newSecret(): string {
  return randomBytes(18).toString('base64url');
}
