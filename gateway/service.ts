import { basename, dirname, resolve } from 'node:path';
import { clientAddress } from '../core/addresses.ts';
import { describeProblem, SettingsError } from '../core/settings.ts';
import { refuseNewShortTokens, shortTokenWarnings } from '../core/short-tokens.ts';
import { systemClock, untilAborted } from '../runtime/async.ts';
import { watchFileDescriptors } from '../runtime/http.ts';
import { createLogger, type Logger } from '../runtime/logger.ts';
import { lastOfAll, type OnReload, type Reload } from '../runtime/reload.ts';
import { openReload, openSettings, readTokenText, tokenFileOf, warnIfOpenToOthers } from '../runtime/settings-file.ts';
import { readTokensApart, type TokensApart } from './access/token-sections.ts';
import { ADD_TOKEN, type GatewayConfig, readGatewayConfig, withTokens } from './config.ts';
import { createGateway, type GatewayPlaces } from './gateway.ts';
import { TEXTS } from './texts.ts';

interface GatewayServiceOptions {
  /** ServerSetting.ini. */
  readonly path: string;
  /** FlowCollect as it was called. */
  readonly called?: string;
  /** Ends the service. */
  readonly signal: AbortSignal;
  readonly onReload?: OnReload | undefined;
  readonly logger?: Logger;
}

/**
 * The gateway from its settings file until the signal: tokens follow an edit at once, and what has another address
 * closes and opens there.
 *
 * @throws SettingsError, ListenError, or what the disk says
 */
export async function runGatewayService({
  path,
  called = 'flowcollect',
  signal,
  onReload,
  logger = createLogger('gateway', 'info'),
}: GatewayServiceOptions): Promise<void> {
  const tokens = await openTokenFile(path, logger);
  const somebody = (): boolean => tokens.current().some(({ hash }) => hash !== undefined);
  let running: (() => GatewayConfig) | undefined;
  const makeToken = `${called} ${ADD_TOKEN}`;
  const file = await openSettings({
    path,
    parse(name, text) {
      const read = readGatewayConfig(name, text, called, somebody());
      if (running !== undefined) refuseNewShortTokens(name, read.settings.short, running().short, makeToken);
      return read;
    },
    logger,
  });
  running = file.current;
  let seen: { readonly of: readonly unknown[]; readonly access: GatewayConfig } | undefined;
  /** The same object until one of the files changes. */
  const access = (): GatewayConfig => {
    const of = [file.current(), tokens.current()] as const;
    if (seen === undefined || of.some((each, index) => each !== seen?.of[index]))
      seen = { of, access: withTokens(...of) };
    return seen.access;
  };
  const inFolder = (name: string): string => resolve(dirname(path), name);
  const placesOf = ({ tls, dataDir, ...config }: GatewayConfig): GatewayPlaces => ({
    ...config,
    dataDir: inFolder(dataDir),
    ...(tls === undefined ? {} : { tls: { cert: inFolder(tls.cert), key: inFolder(tls.key) } }),
  });
  logger.level = file.current().logLevel;
  const gateway = createGateway({
    places: placesOf(file.current()),
    clock: systemClock,
    logger,
    tokens: () => access().tokens,
    readers: () => access().readers,
    lastReload: () => lastOfAll(file.last(), tokens.last()),
    adminHash: () => file.current().admin?.hash,
    onReload,
    addressOf: (request) => clientAddress(request, file.current().isProxy),
  });

  async function apply(next: GatewayConfig): Promise<void> {
    await gateway.move(placesOf(next));
    logger.level = next.logLevel;
  }

  const descriptors = watchFileDescriptors(logger);
  try {
    await gateway.start();
    const { language } = file.current();
    await warnIfOpenToOthers(path, language, logger);
    for (const problem of shortTokenWarnings(file.current().short, makeToken)) {
      logger.warn({ notice: describeProblem(basename(path), problem, language) }, 'settings notice');
    }
    file.follow(apply, onReload);
    tokens.follow(async () => {}, onReload);
    await untilAborted(signal);
  } finally {
    await descriptors.stop();
    await file.close();
    await tokens.close();
    await gateway.stop();
  }
}

/** What the commands write, which is followed apart from the settings: bad ones must not keep a revoked token alive. */
function openTokenFile(settings: string, logger: Logger): Promise<Reload<readonly TokensApart[]>> {
  const path = tokenFileOf(settings);
  let there = false;
  return openReload({
    name: 'tokens',
    paths: [path],
    async load() {
      const text = await readTokenText(settings);
      // Without it, tokens that were revoked there would be good again.
      if (text === undefined && there) throw new SettingsError(path, [{ problem: TEXTS.tokensGone }]);
      there ||= text !== undefined;
      return text ?? '';
    },
    parse: (text) => readTokensApart(basename(path), text),
    logger,
  });
}
