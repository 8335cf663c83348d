import { createAirportClient } from '../../auditor/airport/fetch.ts';
import { archiveFolderIn, createArchive } from '../../auditor/archive/archive.ts';
import { type AuditParts, audit, withDay } from '../../auditor/audit/audit.ts';
import type { AuditorConfig } from '../../auditor/config.ts';
import { reportMailOf } from '../../auditor/report/report-mail.ts';
import { type AuditState, EMPTY_STATE, statePathIn, writeAuditState } from '../../auditor/state/audit-state.ts';
import { createExactSums } from '../../auditor/usage/exact-sums.ts';
import { createUsageReader } from '../../auditor/usage/window-use.ts';
import type { UsableReading } from '../../auditor/verdict/reading.ts';
import { localDayAt } from '../../core/local-day.ts';
import { createPrometheus } from '../../runtime/prometheus.ts';
import type { SimulatedPast } from './past.ts';

/**
 * Audits every day of a past as the auditor would have at its end, from the counters in Prometheus and what the airport
 * had billed by then, and leaves behind what the auditor would have: reports in the archive, each marked as simulated,
 * and its state. Nothing is mailed.
 *
 * @param until when the past ends, epoch milliseconds: the airport is asked now for what it had billed by then
 * @throws Error when the airport cannot be read, PrometheusError
 */
export async function makePastReports(config: AuditorConfig, past: SimulatedPast, until: number): Promise<void> {
  const [subscription] = config.subscriptions;
  const now = await createAirportClient({ clock: () => until }).read(subscription?.url ?? '');
  if (!now.known) throw new Error('the simulated airport does not answer');
  const { reading } = now;
  let at = until;
  const clock = (): number => at;
  const prometheus = createPrometheus({ addresses: () => config.prometheus });
  const sums = createExactSums(prometheus, clock);
  const airports: AuditParts['airports'] = {
    read: async () => ({ known: true, reading: readingAt(reading, past, at) }),
  };
  const parts: AuditParts = { airports, prometheus, sums, usage: createUsageReader(prometheus, sums), clock };
  const archive = createArchive(archiveFolderIn(config.dataFolder, config.user));
  let state: AuditState = EMPTY_STATE;
  for (const [index, end] of past.dayEnds.entries()) {
    at = end;
    const result = await audit(parts, config, state, { day: localDayAt(end - 1, config.day) });
    const model = { ...result.model, simulated: true as const };
    state = result.reported();
    // The first reading begins the first day.
    if (index === 0) continue;
    state = withDay(state, model);
    await archive.put(reportMailOf(model, config.language, config.links), model);
  }
  // No report of these days is still to come.
  const yesterday = localDayAt(localDayAt(until, config.day).start - 1, config.day).start;
  await writeAuditState(statePathIn(config.dataFolder), { ...state, reportedDay: yesterday });
}

/** What the airport told at an instant, by what it tells at the end of the past. */
function readingAt(last: UsableReading, past: SimulatedPast, at: number): UsableReading {
  const [then, end] = [past.billedAt(at), past.billedAt(past.quietFrom)];
  const [upload, download] = [end.upload - then.upload, end.download - then.download];
  return {
    ...last,
    at,
    upload: (last.upload ?? 0) - upload,
    download: (last.download ?? 0) - download,
    used: last.used - upload - download,
  };
}
