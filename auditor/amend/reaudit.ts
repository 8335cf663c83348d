import { localDayAt } from '../../core/local-day.ts';
import { type AirportWindow, weighedUse } from '../audit-window.ts';
import type { AuditorConfig } from '../config.ts';
import { type AuditState, withAirport } from '../state/audit-state.ts';
import type { UsageReader } from '../usage/window-use.ts';
import { rejudge } from '../verdict/rejudge.ts';
import type { VerdictKind } from '../verdict/verdict-kind.ts';
import type { WindowRecord } from '../verdict/window-record.ts';
import type { Amendments } from './amendments.ts';

/** Windows that are audited again: older ones are history, and their samples may be gone. */
const WINDOWS_BACK = 40;

/** One window whose verdict an amendment changed. */
export interface Change {
  readonly airport: string;
  readonly from: number;
  readonly to: number;
  readonly before: VerdictKind;
  readonly after: VerdictKind;
}

export interface Reaudit {
  readonly state: AuditState;
  readonly changes: readonly Change[];
}

/**
 * Audits the closed windows again by what a person has amended.
 *
 * @throws PrometheusError when their use cannot be read; then nothing has changed
 */
export async function reaudit(
  usage: UsageReader,
  config: AuditorConfig,
  state: AuditState,
  amendments: Amendments,
): Promise<Reaudit> {
  let next = state;
  const changes: Change[] = [];
  for (const { name: airport, rules } of config.subscriptions) {
    const user = rules?.user ?? config.user;
    const owned = config.subscriptions.filter((each) => (each.rules?.user ?? config.user) === user);
    const windows = state.airports[airport]?.windows ?? [];
    const again: WindowRecord[] = [];
    for (const [index, window] of windows.entries()) {
      const asked = { user, airport, airports: owned, amendments };
      const judged =
        index < windows.length - WINDOWS_BACK ? window : await judgeAgain(usage, asked, window, config, windows);
      const after = datesOf(judged, config).some((date) => amendments.isAcknowledged(airport, date))
        ? { ...judged, kind: 'ok' as const }
        : judged;
      if (after.kind !== window.kind) {
        changes.push({ airport, from: window.from, to: window.to, before: window.kind, after: after.kind });
      }
      again.push(after);
    }
    if (windows.length > 0) next = withAirport(next, airport, { windows: again });
    // A leak that was seen in the open window is seen again at the next look, or not any more.
    const looks = (next.airports[airport]?.looks ?? []).map((look) => ({ ...look, leak: false }));
    if (looks.length > 0) next = withAirport(next, airport, { looks });
  }
  return { state: { ...next, amended: amendments.digest }, changes };
}

async function judgeAgain(
  usage: UsageReader,
  asked: Pick<AirportWindow, 'user' | 'airport' | 'airports' | 'amendments'>,
  window: WindowRecord,
  { thresholds }: AuditorConfig,
  windows: readonly WindowRecord[],
): Promise<WindowRecord> {
  const { use, devices } = await weighedUse(usage, asked, window.from, window.to);
  // Samples that are not kept any more say nothing.
  return devices.length === 0 || use.nodes.length === 0 ? window : rejudge(window, use, thresholds, windows);
}

function datesOf({ from, to }: WindowRecord, { day }: AuditorConfig): string[] {
  const dates: string[] = [];
  for (let at = from; at < to; ) {
    const current = localDayAt(at, day);
    dates.push(current.date);
    at = current.end;
  }
  return dates;
}
