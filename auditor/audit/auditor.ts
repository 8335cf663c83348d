import { join } from 'node:path';
import { type LocalDay, localDayAt } from '../../core/local-day.ts';
import { type Clock, createSerialQueue } from '../../runtime/async.ts';
import { type OrSetAside, orThrow } from '../../runtime/atomic-file.ts';
import type { DiskHealth } from '../../runtime/health.ts';
import type { Logger } from '../../runtime/logger.ts';
import { createPrometheus, PrometheusError } from '../../runtime/prometheus.ts';
import type { Reload } from '../../runtime/reload.ts';
import { type AirportClient, FRESH_FOR } from '../airport/fetch.ts';
import { type Amendments, amendmentsOf, NO_AMENDMENTS, readAmendments, writeAmendments } from '../amend/amendments.ts';
import type { AuditorConfig } from '../config.ts';
import { beat } from '../notify/heartbeat.ts';
import { createMailSender, mailFor, postReports } from '../notify/mail-sender.ts';
import { airportModel, type ReportModel } from '../report/model.ts';
import { reportMailOf } from '../report/report-mail.ts';
import {
  type AuditState,
  EMPTY_STATE,
  readAuditState,
  userOf,
  withUser,
  writeAuditState,
} from '../state/audit-state.ts';
import { createExactSums, SETTLED_AFTER } from '../usage/exact-sums.ts';
import { IN_FLIGHT, storeReach } from '../usage/stored-series.ts';
import { createUsageReader, cycleSums, presenceAt, todaySums } from '../usage/window-use.ts';
import type { Reason } from '../verdict/reading.ts';
import { unknownOf } from '../verdict/verdict.ts';
import { type Audit, type AuditParts, audit, withDay } from './audit.ts';
import type { AuditorMetrics, LiveView } from './latest.ts';
import { reauditIfAmended } from './reaudit.ts';

const MINUTE = 60_000;
/** How long a report waits for a store that is behind: until its end is no longer now for the sums. */
const SETTLES_WITHIN = IN_FLIGHT + MINUTE;
const ASK_AGAIN = 5000;
/** A report comes when the day ends, or an hour later where the clock shows that time twice. */
const JUST_ENDED = 90 * MINUTE;

export interface AuditorOptions {
  readonly settings: Pick<Reload<AuditorConfig>, 'current'>;
  readonly clock: Clock;
  readonly fetch: typeof fetch;
  readonly airports: AirportClient;
  readonly metrics: AuditorMetrics;
  /** Notified of every write to `DataDir`. */
  readonly disk: Pick<DiskHealth, 'watch'>;
  /** Handles damaged files; an error by default. */
  readonly orSetAside?: OrSetAside;
  readonly logger: Logger;
  /** Told what is looked up and audited. */
  readonly view?: Pick<LiveView, 'sums' | 'audited'>;
  /** Cuts waits short when the service ends. */
  readonly signal: AbortSignal;
}

/** The auditor's work, without its timers. Calls run one after the other. */
export interface Auditor {
  /** Reads what was remembered; nothing of what is damaged. To be called first. */
  open(): Promise<void>;
  /**
   * Observes the open windows without moving them.
   *
   * @param fresh readings younger than so many milliseconds are used again; ten minutes by default
   * @returns whether what devices used is known, and every airport could be read that it makes sense to ask again soon
   */
  observe(fresh?: number): Promise<boolean>;
  /**
   * The report: audits, closes windows, writes the mail of everyone who gets one and sends them. Windows move and
   * mails are kept in one step, so that a crash neither loses one nor makes two.
   *
   * @param day the day to report; by default the one that has just ended, or the running one
   * @returns the owner's
   */
  report(day?: LocalDay): Promise<ReportModel>;
  /** Whether an airport was read for the first time when last looked at: its next reading will begin to judge it. */
  beginsToJudge(): boolean;
  /** When this process last made a report, epoch milliseconds; 0 before the first. */
  reportedAt(): number;
  /**
   * The day of the report that was planned last, where it was not made because nothing ran then, also where none was
   * ever made; undefined when none is due.
   *
   * @param isPlanned whether a report is planned in the minute that begins at an instant
   */
  missedDay(isPlanned: (at: number) => boolean): LocalDay | undefined;
  /** Whether a report could tell what devices used. */
  prometheusAnswers(): Promise<boolean>;
  /** Publishes today's and the cycle's sums. */
  publish(): Promise<void>;
  /** Sends mails that wait. */
  flush(): Promise<void>;
  /** Resolves when nothing runs any more. */
  idle(): Promise<void>;
}

export function createAuditor({
  settings,
  clock,
  fetch,
  airports,
  metrics,
  disk,
  orSetAside = orThrow,
  logger,
  signal,
  view,
}: AuditorOptions): Auditor {
  const prometheus = createPrometheus({ addresses: () => settings.current().prometheus, fetch });
  const sums = createExactSums(prometheus, clock.now);
  const parts: AuditParts = {
    airports,
    prometheus,
    sums,
    usage: createUsageReader(prometheus, sums),
    clock: clock.now,
  };
  const config = (): AuditorConfig => settings.current();
  const statePath = (): string => join(config().dataFolder, 'state.json');
  const sendMails = createMailSender(config, orSetAside, logger);
  let state: AuditState | undefined;
  /** As of the last observation. */
  let amendments = NO_AMENDMENTS;
  let sumsFailed = false;
  let reportedAt = 0;
  let firstReading = false;
  const queue = createSerialQueue();

  const inTurn = <T>(work: (known: AuditState) => Promise<T>): Promise<T> =>
    queue.run(() => {
      if (state === undefined) throw new Error('open() comes first');
      return work(state);
    });
  const keep = async (next: AuditState): Promise<void> => {
    await disk.watch(() => writeAuditState(statePath(), next));
    state = next;
    metrics.readings(config(), next);
  };
  /** A good audit is one that knew what devices used: airports may be down without the VPS being dead. */
  const tell = async ({ airports: audits, model }: Audit): Promise<void> => {
    metrics.audited(audits);
    firstReading = audits.some(({ outcome, verdict }) => unknownOf(verdict, outcome.known) === 'first_day');
    view?.audited(audits.map((each) => ({ user: each.user, model: airportModel(each) })));
    for (const { airport, verdict } of audits) {
      const fields = { airport, verdict: verdict.kind, difference: verdict.difference, reasons: verdict.reasons };
      if (verdict.kind === 'leak' || verdict.kind === 'unknown') logger.warn(fields, 'airport audited');
      else logger.info(fields, 'airport audited');
    }
    const { heartbeatUrl } = config();
    if (heartbeatUrl !== undefined && model.today.known) await beat(heartbeatUrl, fetch, logger);
  };
  /** Where their file is damaged, those that the windows rest on are written again: what a person said is not lost. */
  const amendmentsBy = async (known: AuditState): Promise<Amendments> => {
    const { dataFolder } = config();
    const found = await orSetAside(() => readAmendments(dataFolder));
    if (found !== undefined) return found;
    await disk.watch(() => writeAmendments(dataFolder, known.amended));
    return amendmentsOf(known.amended);
  };
  /** Windows are audited again once whenever the amendments are others; what cannot be read now is read at the next observation. */
  const amended = async (known: AuditState): Promise<AuditState> => {
    amendments = await amendmentsBy(known);
    const again = await reauditIfAmended(parts.usage, config(), known, amendments);
    if (again === undefined) return known;
    await keep(again.state);
    logger.info({ changes: again.changes }, 'windows audited again');
    return again.state;
  };
  /** Waits until the store has what was scraped by now, for some minutes; what it lacks then is not known. */
  const settle = async (): Promise<void> => {
    const asked = clock.now();
    await clock.sleep(SETTLED_AFTER, signal);
    const isStored = async (): Promise<boolean> => (await storeReach(prometheus, clock.now())) >= asked;
    // The audit tells of one that does not answer.
    while (clock.now() - asked < SETTLES_WITHIN && !(await isStored().catch(() => true))) {
      await clock.sleep(ASK_AGAIN, signal);
    }
  };
  const flush = async (known: AuditState, anyway: boolean): Promise<void> => {
    let posted = known;
    if (known.unposted.length > 0) {
      posted = await disk.watch(() => postReports(config(), known));
      // Before any is sent: a mail that is gone from the outbox must not be put there again.
      await keep(posted);
    }
    const now = clock.now();
    const { taken, givenUp, waiting } = await sendMails(now, anyway);
    const sent = taken.reduce((state, user) => withUser(state, user, { mailedAt: now }), posted);
    const next = awaiting(sent, config(), now);
    if (next !== posted) await keep(next);
    const firsts = [...next.users].flatMap(([user, { awaitsSince }]) =>
      awaitsSince === null ? [] : [[user, awaitsSince] as const],
    );
    metrics.mails({ givenUp, waiting: new Map([...waiting, ...firsts]) });
  };

  return {
    async open() {
      state = (await orSetAside(() => readAuditState(statePath()))) ?? EMPTY_STATE;
      metrics.readings(config(), state);
      const begun = { ...state, began: clock.now() };
      // A disk that cannot be written is reported, and ends nothing.
      if (state.began === null) await keep(begun).catch((error) => logger.error({ err: error }, 'nothing can be kept'));
    },
    observe: (fresh = FRESH_FOR) =>
      inTurn(async (known) => {
        const current = await amended(known);
        const result = await audit(parts, config(), current, { report: false, fresh, amendments });
        await keep(result.observed);
        await tell(result);
        return result.airports.every(
          ({ outcome, verdict }) =>
            !verdict.reasons.some(isOfStore) && (outcome.known || outcome.reasons.some(isSpent)),
        );
      }),
    report: (day) =>
      inTurn(async (known) => {
        const given = day ?? reportedDay(clock.now(), config());
        const current = await amended(known);
        const result = await audit(parts, config(), current, { day: given, settle, amendments });
        const models = [result.model, ...(await result.reports())];
        const made = models.map((model) => ({
          mail: reportMailOf(model, config().language, config().links),
          model,
        }));
        const closed = result.reported();
        const unposted = [...closed.unposted, ...made];
        const reported = models.reduce(withDay, { ...closed, unposted });
        await keep(reported);
        reportedAt = clock.now();
        await tell(result);
        await flush(reported, true);
        return result.model;
      }),
    beginsToJudge: () => firstReading,
    reportedAt: () => reportedAt,
    missedDay(isPlanned) {
      const { reportedDay: reported = null, began = null } = state ?? {};
      for (let at = clock.now() - (clock.now() % MINUTE); at > (reported ?? began ?? at); at -= MINUTE) {
        if (!isPlanned(at)) continue;
        const day = reportedDay(at, config());
        return reported === null || day.start > reported ? day : undefined;
      }
      return undefined;
    },
    prometheusAnswers: () =>
      prometheus.instant('vector(1)', clock.now()).then(
        () => true,
        () => false,
      ),
    publish: () =>
      inTurn(async (known) => {
        try {
          const now = clock.now();
          const today = await todaySums(sums, config(), now);
          metrics.sums(today, await cycleSums(sums, config(), known.airports, amendments, now));
          if (view !== undefined) {
            view.sums(now, { known: true, sums: today, presence: await presenceAt(prometheus, now) });
          }
          if (sumsFailed) logger.info('sums are published again');
          sumsFailed = false;
        } catch (error) {
          if (!(error instanceof PrometheusError)) throw error;
          metrics.sums(undefined, undefined);
          view?.sums(clock.now(), { known: false, reasons: [error.reason] });
          if (!sumsFailed) logger.error({ err: error }, 'sums not published');
          sumsFailed = true;
        }
      }),
    flush: () => inTurn((known) => flush(known, false)),
    idle: queue.idle,
  };
}

/** Since when who gets mail and was never sent a report awaits the first one: that none ever comes must be seen too. */
function awaiting(state: AuditState, config: AuditorConfig, now: number): AuditState {
  const users = [config.user, ...(config.reportUsers ?? []).map(({ user }) => user)];
  return users.reduce((next, user) => {
    const { mailedAt, awaitsSince } = userOf(next, user);
    const since = mailedAt !== null || mailFor(config, user) === undefined ? null : (awaitsSince ?? now);
    return since === awaitsSince ? next : withUser(next, user, { awaitsSince: since });
  }, state);
}

const isOfStore = ({ code }: Reason): boolean => code.startsWith('prometheus_');
const isSpent = ({ code }: Reason): boolean => code === 'link_spent';

/** The day that a report is about that is planned or made at an instant: the one that has just ended, else the running one. */
export function reportedDay(at: number, { day }: Pick<AuditorConfig, 'day'>): LocalDay {
  const running = localDayAt(at, day);
  return at - running.start < JUST_ENDED ? localDayAt(running.start - 1, day) : running;
}
