import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  type Panel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { type Text, type Translate, translateTo } from '../core/language.ts';
import { annotations } from './annotations.ts';
import type { PanelDefinition } from './builders/panel.ts';
import { DASHBOARD_UIDS, type DashboardName, dashboardLink } from './links.ts';
import type { DashboardSettings } from './settings.ts';
import { type VariableName, variables } from './variables.ts';

/**
 * What stands from left to right, with its width in columns of 24: a panel, or some above each other that share the
 * height, which is in rows of 30 pixels.
 */
interface PanelRow {
  readonly height: number;
  readonly cells: readonly (readonly [content: PanelDefinition | readonly PanelDefinition[], width: number])[];
}

export interface DashboardSpec {
  readonly name: DashboardName;
  readonly title: Text;
  readonly description: Text;
  /** Variables that are shown besides those that every dashboard has. */
  readonly shown: readonly VariableName[];
  /** The range it opens with, such as `now-24h`. */
  readonly from: string;
  readonly rows: readonly PanelRow[];
}

export const row = (height: number, ...cells: PanelRow['cells']): PanelRow => ({ height, cells });

/** Grafana's grid. */
export const GRID_COLUMNS = 24;
const TAG = 'flowcollect';

/** A dashboard as Grafana loads it (classic schema, which Grafana 10 to 13 take, and 9.4 as well). */
export function buildDashboard(spec: DashboardSpec, settings: DashboardSettings): Dashboard {
  const translate: Translate = translateTo(settings.language);
  const built = new DashboardBuilder(translate(spec.title))
    .uid(DASHBOARD_UIDS[spec.name])
    .description(translate(spec.description))
    .tags([TAG])
    .readonly()
    .refresh('30s')
    .time({ from: spec.from, to: 'now' })
    .timezone(settings.zone)
    .tooltip(DashboardCursorSync.Crosshair)
    .build();
  const { placement: _, ...all } = new DashboardLinkBuilder(translate({ zh: '全部仪表盘', en: 'All dashboards' }))
    .type(DashboardLinkType.Dashboards)
    .tags([TAG])
    .asDropdown(true)
    .includeVars(true)
    .keepTime(true)
    .build();
  const trusted = new DashboardLinkBuilder(translate({ zh: '这些数字可信吗', en: 'Can the figures be trusted' }))
    .type(DashboardLinkType.Link)
    .url(dashboardLink('health'));
  return {
    ...built,
    // The SDK puts links in the menu of the dashboard's controls. Without one there Grafana 12.3 has no such menu, and
    // with it no switch of the annotations.
    links: [all, trusted.build()],
    id: null,
    version: 1,
    annotations: { list: annotations(translate) },
    templating: { list: variables(translate, spec.shown) },
    panels: place(spec.rows, translate),
  };
}

/** Gives panels their place and an id, which links to a single panel name. */
function place(rows: readonly PanelRow[], translate: Translate): Panel[] {
  const panels: Panel[] = [];
  let y = 0;
  for (const { height, cells } of rows) {
    let x = 0;
    for (const [content, w] of cells) {
      const stack = [content].flat();
      const h = height / stack.length;
      for (const [index, panel] of stack.entries()) {
        panels.push({ ...panel(translate), id: panels.length + 1, gridPos: { x, y: y + index * h, w, h } });
      }
      x += w;
    }
    y += height;
  }
  return panels;
}
