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

/** What a click was on, encoded for an address: what the label of a table's cell holds, whatever word stands for it. */
const CLICKED = `\${__value.raw:percentencode}`;

/**
 * The address of a dashboard, keeping the user.
 *
 * @param variable is set to what was clicked, and the time range is kept
 */
export function dashboardLink(dashboard: DashboardName, variable?: string): string {
  const user = variable === 'user' ? [] : [`\${user:queryparam}`];
  const chosen = variable === undefined ? [] : [`var-${variable}=${CLICKED}`, `\${__url_time_range}`];
  return `/d/${DASHBOARD_UIDS[dashboard]}?${[...user, ...chosen].join('&')}`;
}
