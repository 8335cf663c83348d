import { basename, dirname, resolve } from 'node:path';
import { type ScheduledTask, schedule } from 'node-cron';
import { type Clock, systemClock } from '../runtime/clock.ts';
import { createDiskHealth } from '../runtime/disk-health.ts';
import type { HttpListener } from '../runtime/http-listener.ts';
import { createLogger, type Logger } from '../runtime/logger.ts';
import { openSettingsFile } from '../runtime/settings-file.ts';
import { createAirportClient } from './airport/fetch.ts';
import { archiveFolderIn, createArchive } from './archive/archive.ts';
import type { ArchiveKey, ArchiveSettings } from './archive/routes.ts';
import { type Auditor, createAuditor, reportedDay } from './audit/auditor.ts';
import { createDueReport, type DueReport } from './audit/due-report.ts';
import { type AuditorConfig, readAuditorConfig } from './config.ts';
import { createAuditorMetrics } from './metrics.ts';
import { serveAuditor } from './pages.ts';
import { createLiveView } from './telegram/live-view.ts';
import { createTelegramPart } from './telegram/telegram-part.ts';

const MINUTE = 60_000;
/** Airports are read every two hours: their panels count requests, and some forbid more than ten an hour. */
const LOOK_EVERY = 120 * MINUTE;
const LOOK_JITTER = 10 * MINUTE;
/** After a failure, sooner, but not for ever. */
const LOOK_AGAIN = [5 * MINUTE, 15 * MINUTE, 60 * MINUTE];

export interface AuditorServiceOptions {
  /** ServerSetting.ini. */
  readonly path: string;
  /** Ends the service. */
  readonly signal: AbortSignal;
  readonly logger?: Logger;
  readonly clock?: Clock;
}

/**
 * The auditor from its settings file until the signal, with all of its timers: the report by cron in the configured
 * time zone, airports every two hours, sums and waiting mail every minute. Settings apply as they are edited.
 *
 * @throws SettingsError, ListenError, StateError
 */
export async function runAuditorService({
  path,
  signal,
  logger = createLogger('auditor', 'info'),
  clock = systemClock,
}: AuditorServiceOptions): Promise<void> {
  const folder = dirname(resolve(path));
  const settings = await openSettingsFile(path, (file, text) => readAuditorConfig(file, text, folder), logger);
  logger.level = settings.current().logLevel;
  const metrics = createAuditorMetrics();
  const disk = createDiskHealth(() => settings.current().dataFolder, '[server] DataDir');
  const view = createLiveView();
  const airports = createAirportClient({ clock: clock.now });
  const auditor = createAuditor({ settings, clock, fetch, airports, metrics, disk, logger, signal, view });
  const talk = createTelegramPart({ settings, view, clock, logger });
  const archive = (): ArchiveSettings => {
    const { user, archiveToken, people = [], dataFolder, language } = settings.current();
    const keys = [{ user, archiveToken }, ...people].flatMap((each): ArchiveKey[] =>
      each.archiveToken === undefined
        ? []
        : [{ archive: createArchive(archiveFolderIn(dataFolder, each.user)), token: each.archiveToken }],
    );
    return { keys, language };
  };
  const serve = (listen: AuditorConfig['listen']): Promise<HttpListener> =>
    serveAuditor(metrics, settings.lastReloadSuccessful, disk, archive, listen, clock.now);
  const guarded = (what: string, work: () => Promise<unknown>): Promise<void> =>
    work().then(
      () => undefined,
      (error: unknown) => logger.error({ err: error }, what),
    );
  let task: ScheduledTask | undefined;
  const due = createDueReport({
    auditor,
    now: clock.now,
    dayAt: (at) => reportedDay(at, settings.current()),
    isPlanned: (at) => task?.match(new Date(at)) === true,
  });
  const plan = ({ reportCron, day }: AuditorConfig): ScheduledTask => {
    const planned = schedule(reportCron, () => guarded('the report failed', () => due.planned()), {
      timezone: day.zone,
      noOverlap: true,
    });
    planned.on('execution:missed', ({ date }) =>
      guarded('the missed report failed', () => due.afterSleep(date.getTime())),
    );
    return planned;
  };

  let page: HttpListener | undefined;
  try {
    await auditor.open();
    page = await serve(settings.current().listen);
    task = plan(settings.current());
    logger.info({ metrics: page.origin, file: basename(path) }, 'auditor started');
    settings.onChange((next, previous) => {
      logger.level = next.logLevel;
      void task?.destroy();
      task = plan(next);
      talk.change();
      if (next.listen.host === previous.listen.host && next.listen.port === previous.listen.port) return;
      void guarded('the new AuditorListen cannot be used; going on with the old address', async () => {
        const opened = await serve(next.listen);
        await page?.close();
        page = opened;
      });
    });
    talk.change();
    await guarded('the missed report failed', () => due.atStart());
    await runEveryMinute(
      {
        ...auditor,
        again: due.again,
        publish: async () => {
          await auditor.publish();
          talk.announce();
        },
      },
      clock,
      signal,
      guarded,
    );
  } finally {
    await talk.stop();
    await task?.destroy();
    await settings.close();
    await auditor.idle();
    await page?.close();
  }
}

async function runEveryMinute(
  auditor: Pick<Auditor, 'look' | 'reportedAt' | 'publish' | 'flush'> & Pick<DueReport, 'again'>,
  clock: Clock,
  signal: AbortSignal,
  guarded: (what: string, work: () => Promise<unknown>) => Promise<void>,
): Promise<void> {
  let nextLook = 0;
  let failures = 0;
  while (!signal.aborted) {
    await guarded('the report failed', () => auditor.again());
    // A report has looked already, and its verdict should stand for a while before a short new window takes its place.
    if (clock.now() >= Math.max(nextLook, auditor.reportedAt() + LOOK_EVERY)) {
      let read = false;
      await guarded('the look at the airports failed', async () => {
        // Trying again for one that failed asks the others no sooner than usual.
        read = await auditor.look(failures === 0 ? undefined : LOOK_EVERY);
      });
      failures = read ? 0 : failures + 1;
      const pause = read ? LOOK_EVERY : (LOOK_AGAIN[Math.min(failures, LOOK_AGAIN.length) - 1] ?? LOOK_EVERY);
      nextLook = clock.now() + pause + Math.random() * LOOK_JITTER * (read ? 1 : 0.1);
    }
    await guarded('the sums failed', () => auditor.publish());
    await guarded('the outbox cannot be read', () => auditor.flush());
    await clock.sleep(MINUTE - (clock.now() % MINUTE), signal);
  }
}
