import { describe, expect, it } from 'vitest';
import { readingAt } from '../test/readings.ts';
import { type Amendment, amendmentsOf } from './amend/amendments.ts';
import { type AirportAudit, auditWindow } from './audit-window.ts';
import type { DevicePresence, UsageReader } from './usage/window-use.ts';
import { NO_MEMORY } from './verdict/knowledge.ts';

const GB = 2 ** 30;
const HOUR = 3_600_000;
const [FROM, TO] = [1000 * HOUR, 1024 * HOUR];

/** Ten gigabytes were used in the window and none before it; a device is used to ten a day. */
function usageOf(devices: readonly DevicePresence[]): UsageReader {
  const node = { node: '香港 01', provider: '', bytes: 10 * GB, uncounted: 0, checks: 0 };
  return {
    window: async (_user, from) => ({
      proxyNodes: from < FROM ? [] : [node],
      edgeNodes: [],
      unattributed: 0,
      lost: 0,
      devices,
    }),
    ofDevice: async () => [node],
  };
}

/** The airport billed twenty. */
function audited(devices: readonly DevicePresence[], ...amendments: readonly Amendment[]): Promise<AirportAudit> {
  return auditWindow(usageOf(devices), {
    user: 'default',
    airport: 'a',
    airports: [{ name: 'a' }],
    anchor: readingAt(FROM, 0),
    outcome: { known: true, reading: readingAt(TO, 20 * GB) },
    thresholds: { bytes: 100 * 2 ** 20, ratio: 0.2 },
    memory: NO_MEMORY,
    amendments: amendmentsOf(amendments),
  });
}
const device = (name: string, lastPush: number, newcomer = false): DevicePresence => ({
  user: 'default',
  device: name,
  lastPush,
  newcomer,
});
const renamed = { kind: 'device', before: 'old', after: 'new' } as const;

describe('a device that was renamed or replaced', () => {
  const devices = [device('old', FROM - HOUR), device('new', TO, true)];

  it('might have used what is missing, as long as nobody says so', async () => {
    expect((await audited(devices)).verdict.kind).toBe('incomplete');
  });

  it('is neither awaited nor taken for a new one afterwards', async () => {
    const { verdict, devices: known } = await audited(devices, renamed);
    expect(verdict).toMatchObject({ kind: 'leak', absences: [] });
    expect(known.map((each) => each.device)).toEqual(['new']);
  });
});

it('waits for a device that is silent, and for none that has not reported for a month', async () => {
  expect((await audited([device('phone', TO - HOUR)])).verdict).toMatchObject({
    kind: 'incomplete',
    absences: [{ device: 'phone', since: TO - HOUR }],
    closes: false,
  });
  expect((await audited([device('phone', TO), device('gone', TO - 31 * 24 * HOUR)])).verdict.kind).toBe('leak');
});
