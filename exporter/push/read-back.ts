import type { ExpositionFamily } from '../../core/exposition.ts';
import { ExpositionError, parseExposition } from '../../core/exposition-parser.ts';
import {
  CARRY_BYTES,
  dimensionMetric,
  eachDimension,
  HEALTH_CHECKS,
  INTERFACE_BYTES,
  KERNEL_BYTES,
  KERNEL_RAW_BYTES,
  LOST_BYTES,
  TRAFFIC_BYTES,
  UNCOUNTED_BYTES,
} from '../../core/metric-contract.ts';
import { ACCOUNTINGS, type Bytes, DIRECTIONS, TRAFFIC_CLASSES } from '../../core/traffic.ts';
import { INTERFACE_ROLES } from '../device/interface-counters.ts';
import type { ReadBack } from '../device/sync-state.ts';

/** A read-back that a device cannot go on from; the message names the series. */
export class ReadBackError extends Error {
  override readonly name = 'ReadBackError';
}

type Labels = ReadonlyMap<string, string>;

/**
 * A device's last accepted push, as counters.
 *
 * @param text exposition text
 * @param state the value of the state header: `<state id> <sequence>`
 * @throws ReadBackError
 */
export function decodeReadBack(text: string, state: string): ReadBack {
  const match = /^(\S+) (\d+)$/.exec(state);
  const sequence = Number(match?.[2]);
  if (match?.[1] === undefined || !Number.isSafeInteger(sequence)) throw new ReadBackError('no usable state header');
  const families = parse(text);
  const read = <T>(name: string, decode: (labels: Labels, value: number) => T): T[] =>
    (families.get(name)?.samples ?? []).map(({ labels, value }) => {
      if (!Number.isSafeInteger(value)) throw new ReadBackError(`${name} holds ${value}, which is no whole number`);
      return decode(labels, value);
    });
  const perDirection = (name: string): Bytes | undefined => {
    const found = Object.fromEntries(read(name, (labels, value) => [oneOf(DIRECTIONS, labels, 'direction'), value]));
    return found.upload === undefined || found.download === undefined
      ? undefined
      : { upload: found.upload, download: found.download };
  };
  const zero = { upload: 0, download: 0 };
  return {
    kind: 'found',
    stateId: match[1],
    sequence,
    counters: {
      traffic: read(TRAFFIC_BYTES, (labels, bytes) => ({
        class: oneOf(TRAFFIC_CLASSES, labels, 'class'),
        node: label(labels, 'node'),
        provider: label(labels, 'provider'),
        direction: oneOf(DIRECTIONS, labels, 'direction'),
        accounting: oneOf(ACCOUNTINGS, labels, 'accounting'),
        bytes,
      })),
      families: eachDimension((dimension) =>
        read(dimensionMetric(dimension), (labels, bytes) => ({
          key: label(labels, dimension),
          class: oneOf(TRAFFIC_CLASSES, labels, 'class'),
          direction: oneOf(DIRECTIONS, labels, 'direction'),
          bytes,
        })),
      ),
      uncounted: read(UNCOUNTED_BYTES, (labels, bytes) => ({
        node: label(labels, 'node'),
        provider: label(labels, 'provider'),
        direction: oneOf(DIRECTIONS, labels, 'direction'),
        bytes,
      })),
      kernel: perDirection(KERNEL_BYTES) ?? zero,
      raw: perDirection(KERNEL_RAW_BYTES),
      carry: perDirection(CARRY_BYTES) ?? zero,
      restarts: read('flowcollect_kernel_restarts_total', (_, value) => value)[0] ?? 0,
      lost: read(LOST_BYTES, (_, value) => value)[0] ?? 0,
    },
    interfaces: read(INTERFACE_BYTES, (labels, bytes) => ({
      interface: label(labels, 'interface'),
      role: oneOf(INTERFACE_ROLES, labels, 'role'),
      direction: oneOf(DIRECTIONS, labels, 'direction'),
      bytes,
    })),
    checks: read(HEALTH_CHECKS, (labels, checks) => ({
      node: label(labels, 'node'),
      provider: label(labels, 'provider'),
      checks,
    })),
  };
}

function parse(text: string): ReadonlyMap<string, ExpositionFamily> {
  try {
    return new Map(parseExposition(text).map((family) => [family.name, family]));
  } catch (error) {
    if (error instanceof ExpositionError) throw new ReadBackError(error.message, { cause: error });
    throw error;
  }
}

/** Prometheus takes an empty label for one that is not there. */
function label(labels: Labels, name: string): string {
  return labels.get(name) ?? '';
}

function oneOf<const T extends string>(known: readonly T[], labels: Labels, name: string): T {
  const value = label(labels, name);
  const found = known.find((each) => each === value);
  if (found === undefined) throw new ReadBackError(`${name}="${value}" is not one of ${known.join(', ')}`);
  return found;
}
