import { describe, expect, it } from 'vitest';
import { readingAt } from '../../test/example-reports.ts';
import { closedWindow, DAY, days, GB, HOUR, NO_MEMORY, shareOf, THRESHOLDS, usedOn } from '../../test/windows.ts';
import { type Amendment, amendmentsOf } from '../amend/amendments.ts';
import type { DevicePresence, UsageReader } from '../usage/window-use.ts';
import type { Mark } from '../verdict/reading.ts';
import { type AirportAudit, type AirportWindow, auditWindows } from './window.ts';

const [FROM, TO] = [1000 * HOUR, 1024 * HOUR];

/** Ten gigabytes were used in the window and none before it; a device is used to ten a day. */
function usageOf(devices: readonly DevicePresence[]): UsageReader {
  const node = { node: '香港 01', provider: '', bytes: 10 * GB, uncounted: 0, checks: 0 };
  return {
    window: async (_user, from) => ({
      proxyNodes: from < FROM ? [] : [node],
      edgeNodes: [],
      tails: [],
      unattributed: 0,
      lost: 0,
      devices,
    }),
    ofDevice: async () => [node],
  };
}

/** Two weeks on which all was well. */
const windows = days(14, (day) =>
  closedWindow(day, {
    from: FROM - (14 - day) * DAY,
    to: FROM - (13 - day) * DAY,
    nodes: [shareOf(usedOn(day), { node: '香港 01', stated: false })],
    regime: FROM - 14 * DAY,
  }),
);
const markAt = (at: number, total: number): Mark => ({
  at,
  total,
  precision: 0,
  gaps: 0,
  resets: 0,
  cycles: 0,
  credited: 0,
});

/** The airport billed twenty. */
async function audited(devices: readonly DevicePresence[], ...amendments: readonly Amendment[]): Promise<AirportAudit> {
  const window: AirportWindow = {
    user: 'default',
    airport: 'a',
    airports: [{ name: 'a' }],
    anchor: markAt(FROM, 0),
    mark: markAt(TO, 20 * GB),
    outcome: { known: true, reading: readingAt(TO, 20 * GB) },
    unsteady: false,
    report: true,
    memory: { ...NO_MEMORY, windows },
    amendments: amendmentsOf(amendments),
  };
  const [audit] = await auditWindows(usageOf(devices), [window], THRESHOLDS);
  if (audit === undefined) throw new Error('one airport was asked for');
  return audit;
}
const device = (name: string, lastPush: number, isNew = false): DevicePresence => ({
  user: 'default',
  device: name,
  lastPush,
  isNew,
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
