import type { Clock } from '../../runtime/async.ts';
import type { OrSetAside } from '../../runtime/atomic-file.ts';
import type { Logger } from '../../runtime/logger.ts';
import { createMovable } from '../../runtime/movable.ts';
import type { LiveView } from '../audit/latest.ts';
import type { AuditorConfig } from '../config.ts';
import { startTelegramBot } from './bot.ts';

/** The bot by the present settings: none without a token, and another one when they change. Changes and the stop come one after the other. */
export interface TelegramPart {
  change(next: AuditorConfig): Promise<void>;
  /** Begins to push what was found and not told yet, unless that is still under way; nothing waits for Telegram. */
  announce(): void;
  stop(): Promise<void>;
}

export function createTelegramPart(options: {
  readonly view: LiveView;
  readonly clock: Clock;
  readonly orSetAside?: OrSetAside;
  readonly logger: Logger;
}): TelegramPart {
  type Places = Pick<AuditorConfig, 'telegram' | 'dataFolder' | 'language' | 'day'>;
  const bot = createMovable(async ({ telegram: config, dataFolder: folder, language, day }: Places, onClose) => {
    if (config === undefined) return undefined;
    const started = startTelegramBot({ ...options, config, folder, language, day });
    onClose(started.stop);
    return started;
  });
  let telling: Promise<void> | undefined;
  return {
    change: ({ telegram, dataFolder, language, day }) => bot.move({ telegram, dataFolder, language, day }),
    announce() {
      telling ??= bot
        .running()
        ?.announce()
        .finally(() => {
          telling = undefined;
        });
    },
    async stop() {
      // A bot that is stopped gives up what it is telling.
      await bot.close();
      await telling;
    },
  };
}
