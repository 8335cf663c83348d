import { translateTo } from '../core/language.ts';
import type { Board } from './board.ts';
import type { BoardSettings } from './board-settings.ts';
import { admin } from './boards/admin.ts';
import { audit } from './boards/audit.ts';
import { device } from './boards/device.ts';
import { flows } from './boards/flows.ts';
import { health } from './boards/health.ts';
import { nodes } from './boards/nodes.ts';
import { overview } from './boards/overview.ts';

/** Every dashboard, the one to look at first being first. */
export function allBoards(settings: BoardSettings): Board[] {
  const translate = translateTo(settings.language);
  return [
    overview(translate, settings),
    audit(translate, settings),
    health(translate, settings),
    nodes(translate, settings),
    device(translate),
    flows(translate),
    admin(translate, settings),
  ];
}
