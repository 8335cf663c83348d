import type { Board } from './board.ts';
import type { BoardSettings } from './board-settings.ts';
import { overview } from './boards/overview.ts';
import { speaking } from './language.ts';

/** Every dashboard, the one to look at first being first. */
export function allBoards(settings: BoardSettings): Board[] {
  const say = speaking(settings.language);
  return [overview(say, settings)];
}
