import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  type Panel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { type Translate, translateTo } from '../core/language.ts';
import { annotations } from './annotations.ts';
import type { BoardSettings } from './board-settings.ts';
import { BOARD_UIDS, type BoardName } from './links.ts';
import type { Pane } from './panels/pane.ts';
import { type VariableName, variables } from './variables.ts';

/** What a dashboard is made of: panes in rows, from left to right. */
export interface Board {
  readonly name: BoardName;
  readonly title: string;
  readonly description: string;
  readonly shown: readonly VariableName[];
  /** The range it opens with, such as `now-24h`. */
  readonly from: string;
  readonly rows: readonly (readonly Pane[])[];
}

/** Grafana's grid. */
export const GRID_COLUMNS = 24;
export const TAG = 'flowcollect';

/** A dashboard as Grafana loads it (classic schema, which Grafana 10 to 13 take, and 9.4 as well). */
export function buildBoard(board: Board, settings: BoardSettings): Dashboard {
  const translate: Translate = translateTo(settings.language);
  const built = new DashboardBuilder(board.title)
    .uid(BOARD_UIDS[board.name])
    .description(board.description)
    .tags([TAG])
    .readonly()
    .refresh('30s')
    .time({ from: board.from, to: 'now' })
    .timezone(settings.zone)
    .tooltip(DashboardCursorSync.Crosshair)
    .link(
      new DashboardLinkBuilder(translate({ zh: '全部仪表盘', en: 'All dashboards' }))
        .type(DashboardLinkType.Dashboards)
        .tags([TAG])
        .asDropdown(true)
        .includeVars(true)
        .keepTime(true),
    )
    .build();
  return {
    ...built,
    // On top of the dashboard; the SDK would hide links in a menu, which only the newest Grafana has.
    links: (built.links ?? []).map(({ placement: _, ...link }) => link),
    id: null,
    version: 1,
    annotations: { list: annotations(translate) },
    templating: { list: variables(translate, board.shown) },
    panels: place(board.rows),
  };
}

/** Gives panes their place and an id, which links to a single panel name. */
function place(rows: Board['rows']): Panel[] {
  const panels: Panel[] = [];
  let y = 0;
  for (const row of rows) {
    let x = 0;
    for (const { panel, width, height } of row) {
      panels.push({ ...panel, id: panels.length + 1, gridPos: { x, y, w: width, h: height } });
      x += width;
    }
    y += Math.max(...row.map(({ height }) => height));
  }
  return panels;
}
