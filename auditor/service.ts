import { basename, dirname, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import express from 'express';
import { describeProblem } from '../core/settings.ts';
import { refuseNewShortTokens, shortTokenWarnings } from '../core/short-tokens.ts';
import { VERSION } from '../core/version.ts';
import { type Clock, systemClock } from '../runtime/async.ts';
import { createOrSetAside } from '../runtime/atomic-file.ts';
import { createDiskHealth } from '../runtime/health.ts';
import { createPagesListener, type HttpListener, listenHttp, watchFileDescriptors } from '../runtime/http.ts';
import { createLogger, type Logger } from '../runtime/logger.ts';
import { createMovable } from '../runtime/movable.ts';
import type { OnReload } from '../runtime/reload.ts';
import { openSettings, warnIfOpenToOthers } from '../runtime/settings-file.ts';
import { createAirportClient, FRESH_FOR, FRESH_FOR_A_PERSON } from './airport/fetch.ts';
import { archiveFolderIn, createArchive } from './archive/archive.ts';
import { type ArchiveKey, type ArchiveSettings, archiveRoutes } from './archive/routes.ts';
import { type Auditor, createAuditor, reportedDay } from './audit/auditor.ts';
import { createDueReport, planOf } from './audit/due-report.ts';
import { createAuditorMetrics, createLiveView } from './audit/latest.ts';
import { type AuditorConfig, readAuditorConfig } from './config.ts';
import { createChats } from './telegram/chats.ts';
import { createTelegramPart } from './telegram/telegram-part.ts';

const MINUTE = 60_000;
/** Airports are read every two hours: their panels count requests, and some forbid more than ten an hour. */
const OBSERVE_EVERY = 120 * MINUTE;
const OBSERVE_JITTER = 10 * MINUTE;
/** After one failure, after two, and from the third on. */
const OBSERVE_AGAIN = [5 * MINUTE, 15 * MINUTE, 60 * MINUTE];

/** A password for the archive of reports. */
const MAKE_PASSWORD = 'openssl rand -hex 16';

interface AuditorServiceOptions {
  /** ServerSetting.ini. */
  readonly path: string;
  /** Ends the service. */
  readonly signal: AbortSignal;
  readonly onReload?: OnReload | undefined;
  readonly logger?: Logger;
  readonly clock?: Clock;
}

/**
 * The auditor from its settings file until the signal, with all of its timers: the report by cron in the configured
 * time zone, airports every two hours and when there are others or somebody asks by SIGHUP, sums and waiting mail every
 * minute. Settings apply as they are edited.
 *
 * @throws SettingsError, ListenError
 */
export async function runAuditorService({
  path,
  signal,
  onReload,
  logger = createLogger('auditor', 'info'),
  clock = systemClock,
}: AuditorServiceOptions): Promise<void> {
  const folder = dirname(resolve(path));
  let running: (() => AuditorConfig) | undefined;
  const settings = await openSettings({
    path,
    parse(file, text) {
      const read = readAuditorConfig(file, text, folder);
      if (running !== undefined) refuseNewShortTokens(file, read.settings.short, running().short, MAKE_PASSWORD);
      return read;
    },
    logger,
  });
  running = settings.current;
  logger.level = settings.current().logLevel;
  const metrics = createAuditorMetrics();
  const disk = createDiskHealth(() => settings.current().dataFolder, '[server] DataDir');
  const orSetAside = createOrSetAside(clock.now, disk, logger);
  const view = createLiveView();
  const airports = createAirportClient({ clock: clock.now });
  const auditor = createAuditor({ settings, clock, fetch, airports, metrics, disk, orSetAside, logger, signal, view });
  const telegram = createTelegramPart({ view, clock, orSetAside, logger });
  const archive = (): ArchiveSettings => {
    const { user, archiveToken, reportUsers = [], dataFolder, language, isProxy } = settings.current();
    const keys = [{ user, archiveToken }, ...reportUsers].flatMap((each): ArchiveKey[] =>
      each.archiveToken === undefined
        ? []
        : [{ archive: createArchive(archiveFolderIn(dataFolder, each.user), orSetAside), token: each.archiveToken }],
    );
    return { keys, isProxy, language };
  };
  /** The pages of all services, and `/reports` for people; unhealthy while what was audited cannot be kept. */
  function servePages(listen: AuditorConfig['listen']): Promise<HttpListener> {
    const app = express();
    app.disable('x-powered-by');
    app.use('/reports', archiveRoutes(archive, clock.now));
    app.use(
      createPagesListener({
        service: 'auditor',
        version: VERSION,
        metrics: () => metrics.render(settings.last(), disk.problem() === undefined),
        health: disk.health,
        others: ['/reports'],
      }),
    );
    return listenHttp(app, { ...listen, setting: '[server] AuditorListen' });
  }
  const page = createMovable(async (listen: AuditorConfig['listen'], onClose) => {
    const listener = await servePages(listen);
    onClose(listener.close);
    return listener;
  });
  const guarded = (what: string, work: () => Promise<unknown>): Promise<void> =>
    work().then(
      () => undefined,
      (error: unknown) => logger.error({ err: error }, what),
    );
  const report = createDueReport({
    auditor,
    now: clock.now,
    dayAt: (at) => reportedDay(at, settings.current()),
    plan: () => planOf(settings.current()),
  });

  /** How old a reading may be for whoever wants a look at the airports before the next is due. */
  let wanted: number | undefined;
  async function apply(next: AuditorConfig): Promise<void> {
    await page.move(next.listen);
    await telegram.change(next);
    logger.level = next.logLevel;
    if (!isDeepStrictEqual(next.subscriptions, settings.current().subscriptions)) wanted ??= FRESH_FOR;
  }
  const onAsked: OnReload = (again) => {
    const ask = (): void => {
      wanted = FRESH_FOR_A_PERSON;
      again();
    };
    return onReload?.(ask) ?? (() => {});
  };

  const descriptors = watchFileDescriptors(logger);
  try {
    const { language, short } = settings.current();
    await warnIfOpenToOthers(path, language, logger);
    for (const problem of shortTokenWarnings(short, MAKE_PASSWORD)) {
      logger.warn({ notice: describeProblem(basename(path), problem, language) }, 'settings notice');
    }
    await auditor.open();
    // That chats are lost is to be known before somebody writes to the bot.
    await createChats(settings.current().dataFolder, orSetAside).find(0);
    await apply(settings.current());
    logger.info({ metrics: page.running()?.origin, file: basename(path) }, 'auditor started');
    settings.follow(apply, onAsked);
    await runEveryMinute(
      {
        ...auditor,
        report,
        publish: async () => {
          await auditor.publish();
          telegram.announce();
        },
      },
      () => {
        const fresh = wanted;
        wanted = undefined;
        return fresh;
      },
      clock,
      signal,
      guarded,
    );
  } finally {
    await descriptors.stop();
    await settings.close();
    await telegram.stop();
    await auditor.idle();
    await page.close();
  }
}

async function runEveryMinute(
  auditor: Pick<Auditor, 'observe' | 'beginsToJudge' | 'reportedAt' | 'publish' | 'flush'> & {
    report(): Promise<void>;
  },
  takeWanted: () => number | undefined,
  clock: Clock,
  signal: AbortSignal,
  guarded: (what: string, work: () => Promise<unknown>) => Promise<void>,
): Promise<void> {
  let nextObservation = 0;
  let failures = 0;
  let isSecond = false;
  while (!signal.aborted) {
    await guarded('the report failed', () => auditor.report());
    // A report has observed already, and its verdict should stand for a while before a short new window takes its place.
    const fresh = takeWanted();
    if (fresh !== undefined || clock.now() >= Math.max(nextObservation, auditor.reportedAt() + OBSERVE_EVERY)) {
      let read = false;
      await guarded('the observation of the airports failed', async () => {
        // Trying again for one that failed asks the others no sooner than usual.
        read = await auditor.observe(fresh ?? (isSecond ? 0 : failures === 0 ? FRESH_FOR : OBSERVE_EVERY));
      });
      failures = read ? 0 : failures + 1;
      const pause = read
        ? OBSERVE_EVERY
        : (OBSERVE_AGAIN[Math.min(failures, OBSERVE_AGAIN.length) - 1] ?? OBSERVE_EVERY);
      // The second reading, once, at the next minute: until then dashboards say less than `audit` does.
      isSecond = !isSecond && read && auditor.beginsToJudge();
      nextObservation = isSecond ? 0 : clock.now() + pause + Math.random() * OBSERVE_JITTER * (read ? 1 : 0.1);
    }
    await guarded('the sums failed', () => auditor.publish());
    await guarded('the outbox cannot be read', () => auditor.flush());
    await clock.sleep(MINUTE - (clock.now() % MINUTE), signal);
  }
}
