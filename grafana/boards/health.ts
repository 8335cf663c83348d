import type { Translate } from '../../core/language.ts';
import type { Board } from '../board.ts';
import type { BoardSettings } from '../board-settings.ts';
import { collectorsPane } from '../topics/collectors.ts';
import { presencePane } from '../topics/devices.ts';
import { conservationPane, onlinePane, surenessPane } from '../topics/health.ts';
import { framesPane, pushesPane, refusedPane, unobservedPane } from '../topics/pushes.ts';
import { readingsPane, settingsPane, targetsPane } from '../topics/services.ts';

/** Whether the figures can be trusted: who collects, what was refused, what was inferred. */
export function health(translate: Translate, settings: BoardSettings): Board {
  return {
    name: 'health',
    title: translate({ zh: '采集健康', en: 'Collection health' }),
    description: translate({
      zh: '数字可信吗：谁在采集，谁被拒绝，哪些是推断。',
      en: 'Can the figures be trusted: who collects, what is refused, what is inferred.',
    }),
    shown: ['instance'],
    from: 'now-6h',
    rows: [
      [
        onlinePane(translate, 4, 4),
        conservationPane(translate, 6, 4),
        surenessPane(translate, 5, 4),
        refusedPane(translate, 4, 4),
        settingsPane(translate, 5, 4),
      ],
      [collectorsPane(translate, settings, 16, 8), readingsPane(translate, 8, 8)],
      [presencePane(translate, 12, 7), targetsPane(translate, 12, 7)],
      [pushesPane(translate, 8, 8), unobservedPane(translate, 8, 8), framesPane(translate, 8, 8)],
    ],
  };
}
