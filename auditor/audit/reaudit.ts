import { localDayAt } from '../../core/local-day.ts';
import { PrometheusError } from '../../runtime/prometheus.ts';
import { type Amendments, amendmentsOf } from '../amend/amendments.ts';
import type { AuditorConfig } from '../config.ts';
import { type AuditState, withAirport } from '../state/audit-state.ts';
import type { UsageReader } from '../usage/window-use.ts';
import { judgeAgain } from '../verdict/judge-again.ts';
import { trafficOf } from '../verdict/observations.ts';
import type { WindowRecord, WindowTraffic } from '../verdict/span.ts';
import type { VerdictKind } from '../verdict/verdict.ts';
import { type Weighing, weighedUse } from './window.ts';

/** Windows that are audited again: older ones are history, and their samples may be gone. */
const WINDOWS_BACK = 40;

/** One window whose verdict an amendment changed. */
export interface ChangedVerdict {
  readonly airport: string;
  readonly from: number;
  readonly to: number;
  readonly before: VerdictKind;
  readonly after: VerdictKind;
}

interface Reaudit {
  readonly state: AuditState;
  readonly changes: readonly ChangedVerdict[];
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
  const changes: ChangedVerdict[] = [];
  for (const { name: airport, rules } of config.subscriptions) {
    const user = rules?.user ?? config.user;
    const owned = config.subscriptions.filter((each) => (each.rules?.user ?? config.user) === user);
    const windows = state.airports.get(airport)?.windows ?? [];
    const known: WindowRecord[] = [];
    for (const [index, window] of windows.entries()) {
      const acknowledged = datesOf(window, config).some((date) => amendments.isAcknowledged(airport, date));
      const asked = { user, airport, airports: owned, amendments };
      const old = index < windows.length - WINDOWS_BACK;
      known.push({ ...window, acknowledged, ...(old ? {} : await trafficAgain(usage, asked, window)) });
    }
    const again = judgeAgain(known, config.thresholds, amendments.answersOf(airport));
    for (const [index, after] of again.entries()) {
      const before = windows[index]?.kind ?? after.kind;
      if (after.kind !== before) changes.push({ airport, from: after.from, to: after.to, before, after: after.kind });
    }
    if (windows.length > 0) next = withAirport(next, airport, { windows: again });
    // A leak that was seen in the open window is seen again at the next observation, or not any more.
    const observations = (next.airports.get(airport)?.observations ?? []).map((observation) => ({
      ...observation,
      leak: false,
      change: null,
    }));
    if (observations.length > 0) next = withAirport(next, airport, { observations });
  }
  return { state: { ...next, amended: amendments.list }, changes };
}

/** The same, unless the windows rest on these amendments already, or their use cannot be read now. */
export async function reauditIfAmended(
  usage: UsageReader,
  config: AuditorConfig,
  state: AuditState,
  amendments: Amendments,
): Promise<Reaudit | undefined> {
  if (amendments.digest === amendmentsOf(state.amended).digest) return undefined;
  try {
    return await reaudit(usage, config, state, amendments);
  } catch (error) {
    if (error instanceof PrometheusError) return undefined;
    throw error;
  }
}

/** What devices used in a window by what is known now; nothing where samples are not kept any more. */
async function trafficAgain(
  usage: UsageReader,
  asked: Weighing,
  { from, to }: WindowRecord,
): Promise<Partial<WindowTraffic>> {
  const { use, devices } = await weighedUse(usage, asked, from, to);
  return devices.length === 0 || use.nodes.length === 0 ? {} : trafficOf(use, asked.airports.length);
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
