import type { Board } from '../board.ts';
import type { BoardSettings } from '../board-settings.ts';
import type { Say } from '../language.ts';
import { pushesPane, refusedPane } from '../topics/pushes.ts';
import { userDaysPane, userRatePane, usersPane } from '../topics/users.ts';

/** All users side by side, for the organisation that runs the server; users' own data sources see only themselves. */
export function admin(say: Say, settings: BoardSettings): Board {
  return {
    name: 'admin',
    title: say('管理', 'Administration'),
    description: say('所有用户并列，供运维者查看。', 'All users side by side, for those who run the server.'),
    shown: ['user'],
    from: 'now-24h',
    rows: [
      [usersPane(say, 18, 8), refusedPane(say, 6, 8)],
      [userRatePane(say, 12, 8), pushesPane(say, 12, 8)],
      [userDaysPane(say, settings, 24, 8)],
    ],
  };
}
