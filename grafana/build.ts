import { buildBoard } from './board.ts';
import type { BoardSettings } from './board-settings.ts';
import { allBoards } from './boards.ts';
import { BOARD_UIDS } from './links.ts';

/** One file of a folder that Grafana is provisioned from. */
export interface BuiltFile {
  /** Such as `flowcollect-overview.json`. */
  readonly name: string;
  readonly content: string;
}

/** All dashboards of one language as the files that are committed: the same bytes for the same settings. */
export function buildDashboards(settings: BoardSettings): BuiltFile[] {
  return allBoards(settings).map((board) => ({
    name: `${BOARD_UIDS[board.name]}.json`,
    content: `${JSON.stringify(buildBoard(board, settings), null, 2)}\n`,
  }));
}
