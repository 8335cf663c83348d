import { type Reason, reason } from '../verdict/reason.ts';
import type { AirportResponse } from './origin.ts';

/** Why an answer without figures holds none, by its status. */
export function reasonOfStatus({ status }: Pick<AirportResponse, 'status'>): Reason {
  if (status === 429) return reason('http_rate_limited');
  if (status === 401 || status === 403) return reason('http_forbidden', String(status));
  return reason('http_status', String(status));
}
