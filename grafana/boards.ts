import type { Board } from './board.ts';
import type { BoardSettings } from './board-settings.ts';
import { admin } from './boards/admin.ts';
import { audit } from './boards/audit.ts';
import { device } from './boards/device.ts';
import { flows } from './boards/flows.ts';
import { health } from './boards/health.ts';
import { nodes } from './boards/nodes.ts';
import { overview } from './boards/overview.ts';
import { speaking } from './language.ts';

/** Every dashboard, the one to look at first being first. */
export function allBoards(settings: BoardSettings): Board[] {
  const say = speaking(settings.language);
  return [
    overview(say, settings),
    audit(say, settings),
    health(say, settings),
    nodes(say, settings),
    device(say),
    flows(say),
    admin(say, settings),
  ];
}
