/** Where each dashboard lives; a uid never changes once published, because links and bookmarks hold it. */
export const DASHBOARD_UIDS = {
  overview: 'flowcollect-overview',
  audit: 'flowcollect-audit',
  health: 'flowcollect-health',
  nodes: 'flowcollect-nodes',
  device: 'flowcollect-device',
  flows: 'flowcollect-flows',
  admin: 'flowcollect-admin',
} as const;
export type DashboardName = keyof typeof DASHBOARD_UIDS;

/** What a click was on, encoded for an address: the text of a table's cell. */
export const CLICKED = `\${__value.text:percentencode}`;

/** The address of a dashboard with one variable set, keeping user and time range. */
export function dashboardLink(dashboard: DashboardName, variable: string, value: string): string {
  const user = variable === 'user' ? '' : `&\${user:queryparam}`;
  return `/d/${DASHBOARD_UIDS[dashboard]}?var-${variable}=${value}${user}&\${__url_time_range}`;
}
