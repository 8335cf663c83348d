import type { Translate } from '../../core/language.ts';
import type { Board } from '../board.ts';
import type { BoardSettings } from '../board-settings.ts';
import { pushesPane, refusedPane } from '../topics/pushes.ts';
import { userDaysPane, userRatePane, usersPane } from '../topics/users.ts';

/** All users side by side, for the organisation that runs the server; users' own data sources see only themselves. */
export function admin(translate: Translate, settings: BoardSettings): Board {
  return {
    name: 'admin',
    title: translate({ zh: '管理', en: 'Administration' }),
    description: translate({
      zh: '所有用户并列，供运维者查看。',
      en: 'All users side by side, for those who run the server.',
    }),
    shown: ['user'],
    from: 'now-24h',
    rows: [
      [usersPane(translate, 18, 8), refusedPane(translate, 6, 8)],
      [userRatePane(translate, 12, 8), pushesPane(translate, 12, 8)],
      [userDaysPane(translate, settings, 24, 8)],
    ],
  };
}
