import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../runtime/async.ts';
import { type OrSetAside, orThrow } from '../../runtime/atomic-file.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { AuditorConfig } from '../config.ts';
import type { LiveView } from '../latest.ts';
import { startTelegramBot, type TelegramBot } from './bot.ts';

/** The bot by the present settings: none without a token, and another one when they change. Changes and the stop come one after the other. */
export interface TelegramPart {
  change(next: AuditorConfig): Promise<void>;
  /** Begins to push what was found and not told yet, unless that is still under way: nobody waits for Telegram. */
  announce(): void;
  stop(): Promise<void>;
}

export function createTelegramPart(options: {
  readonly view: LiveView;
  readonly clock: Clock;
  readonly orSetAside?: OrSetAside;
  readonly logger: Logger;
}): TelegramPart {
  const { view, clock, orSetAside = orThrow, logger } = options;
  let bot: TelegramBot | undefined;
  let started: object | undefined;
  let telling: Promise<void> | undefined;
  return {
    async change({ telegram: config, dataFolder: folder, language, day }) {
      const wanted = config === undefined ? undefined : { config, folder, language, day };
      if (isDeepStrictEqual(wanted, started)) return;
      await bot?.stop();
      bot = wanted === undefined ? undefined : startTelegramBot({ ...wanted, view, clock, orSetAside, logger });
      started = wanted;
    },
    announce() {
      telling ??= bot?.announce().finally(() => {
        telling = undefined;
      });
    },
    async stop() {
      // A bot that is stopped gives up what it is telling.
      await bot?.stop();
      await telling;
      [bot, started] = [undefined, undefined];
    },
  };
}
