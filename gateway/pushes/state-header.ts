import { STATE_HEADER } from '../../core/device-id.ts';
import { type Refusal, refuse } from '../http/problem.ts';

/** Which saved state a push comes from, and how many pushes that state has made. */
export interface PushState {
  readonly kind: 'state';
  readonly stateId: string;
  readonly sequence: number;
}

export function readStateHeader(value: string | string[] | undefined): PushState | Refusal {
  const match = typeof value === 'string' ? /^([A-Za-z0-9_-]{1,64}) (\d{1,16})$/.exec(value) : null;
  const sequence = Number(match?.[2]);
  if (match?.[1] === undefined || !Number.isSafeInteger(sequence)) {
    return refuse('bad_state_header', `${STATE_HEADER} must read "<state id> <sequence>"; update the exporter`);
  }
  return { kind: 'state', stateId: match[1], sequence };
}

export function writeStateHeader({ stateId, sequence }: Omit<PushState, 'kind'>): string {
  return `${stateId} ${sequence}`;
}
