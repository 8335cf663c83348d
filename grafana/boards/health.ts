import type { Board } from '../board.ts';
import type { BoardSettings } from '../board-settings.ts';
import type { Say } from '../language.ts';
import { collectorsPane } from '../topics/collectors.ts';
import { presencePane } from '../topics/devices.ts';
import { conservationPane, onlinePane, surenessPane } from '../topics/health.ts';
import { framesPane, pushesPane, refusedPane, unobservedPane } from '../topics/pushes.ts';
import { readingsPane, settingsPane, targetsPane } from '../topics/services.ts';

/** Whether the figures can be trusted: who collects, what was refused, what was inferred. */
export function health(say: Say, settings: BoardSettings): Board {
  return {
    name: 'health',
    title: say('采集健康', 'Collection health'),
    description: say(
      '数字可信吗：谁在采集，谁被拒绝，哪些是推断。',
      'Can the figures be trusted: who collects, what is refused, what is inferred.',
    ),
    shown: ['instance'],
    from: 'now-6h',
    rows: [
      [
        onlinePane(say, 4, 4),
        conservationPane(say, 6, 4),
        surenessPane(say, 5, 4),
        refusedPane(say, 4, 4),
        settingsPane(say, 5, 4),
      ],
      [collectorsPane(say, settings, 16, 8), readingsPane(say, 8, 8)],
      [presencePane(say, 12, 7), targetsPane(say, 12, 7)],
      [pushesPane(say, 8, 8), unobservedPane(say, 8, 8), framesPane(say, 8, 8)],
    ],
  };
}
