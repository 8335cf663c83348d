import { STATE_HEADER } from '../../core/device-id.ts';
import { mayVanish } from '../../core/metric-contract.ts';
import { type LedgerCounters, valuesFor } from '../contract/contract-check.ts';
import { type HttpProblem, httpProblem } from '../http/problem.ts';

/** Which saved state a push comes from, and how many pushes that state has made. */
export interface PushState {
  readonly kind: 'state';
  readonly stateId: string;
  readonly sequence: number;
}

export function readStateHeader(value: string | string[] | undefined): PushState | HttpProblem {
  const match = typeof value === 'string' ? /^([A-Za-z0-9_-]{1,64}) (\d{1,16})$/.exec(value) : null;
  const sequence = Number(match?.[2]);
  if (match?.[1] === undefined || !Number.isSafeInteger(sequence)) {
    return httpProblem('bad_state_header', `${STATE_HEADER} must read "<state id> <sequence>"; update the exporter`);
  }
  return { kind: 'state', stateId: match[1], sequence };
}

export function writeStateHeader({ stateId, sequence }: Omit<PushState, 'kind'>): string {
  return `${stateId} ${sequence}`;
}

/** How long a silent exporter keeps its DeviceID to itself. */
export const HOLD_MS = 60_000;
/** How many of the series that fell an answer names. */
const NAMED_SERIES = 5;

/** What was last let through from a device. */
export interface Held {
  readonly stateId: string;
  readonly sequence: number;
  readonly ledger: LedgerCounters;
  /** When the holder last pushed, in epoch milliseconds. */
  readonly seenAt: number;
}

export interface Incoming {
  readonly stateId: string;
  readonly sequence: number;
  readonly ledger: LedgerCounters;
}

/** Whether this push comes from the exporter that holds the device, whether or not its counters will do. */
export function isHolder(held: Held | undefined, incoming: Pick<Incoming, 'stateId'>): boolean {
  return held?.stateId === incoming.stateId;
}

/**
 * Whether a push may follow what was let through before: from the state that holds the device (or after a minute of
 * its silence), not older than what came, and with no counter of the ledger fallen or gone; only the keys of a
 * dimension may go. The same sequence may come again: an answer can be lost on the way.
 *
 * @param now epoch milliseconds
 */
export function admit(held: Held | undefined, incoming: Incoming, now: number): HttpProblem | undefined {
  if (held === undefined) return undefined;
  if (!isHolder(held, incoming)) {
    // A clock that was set back must not let it hold the name for long.
    const free = HOLD_MS - Math.abs(now - held.seenAt);
    if (free > 0) {
      return httpProblem(
        'held_by_another_state',
        'another exporter pushed under this DeviceID within the last minute; give one of them another [client] ' +
          'DeviceID, or stop the other and wait a minute',
        { free_in_milliseconds: free },
      );
    }
  } else if (incoming.sequence < held.sequence) {
    return httpProblem(
      'sequence_old',
      `sequence ${incoming.sequence} is older than ${held.sequence}, which was accepted; go on from the read-back`,
      { accepted_sequence: held.sequence },
    );
  }
  return fallen(held.ledger, incoming.ledger);
}

/** The metric's name in a series' key. */
const nameOf = (key: string): string => key.split('{', 1)[0] ?? key;

function fallen(before: LedgerCounters, after: LedgerCounters): HttpProblem | undefined {
  const series: { series: string; accepted: number; pushed: number | null }[] = [];
  const values = valuesFor(before.series, after);
  let count = 0;
  for (let index = 0; index < values.length; index += 1) {
    const key = before.series[index] ?? '';
    const accepted = before.values[index] ?? 0;
    const pushed = values[index];
    if (pushed === undefined ? mayVanish(nameOf(key)) : pushed >= accepted) continue;
    count += 1;
    if (series.length < NAMED_SERIES) series.push({ series: key, accepted, pushed: pushed ?? null });
  }
  const [first] = series;
  if (first === undefined) return undefined;
  const change = first.pushed === null ? `${first.accepted} to nothing` : `${first.accepted} to ${first.pushed}`;
  const others = count > 1 ? ` and ${count - 1} more` : '';
  return httpProblem(
    'counter_fell',
    `counters must not fall: ${first.series} from ${change}${others}; go on from the read-back`,
    { series },
  );
}
