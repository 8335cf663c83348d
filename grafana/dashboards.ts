import { buildDashboard, type DashboardSpec, row } from './dashboard.ts';
import { DASHBOARD_UIDS } from './links.ts';
import { airportsPanel, dailyBillPanel, differencePanel, reportPanel, verdictHistoryPanel } from './panels/audit.ts';
import {
  conservationPanel,
  framesPanel,
  gatewayPushesPanel,
  onlinePanel,
  pushesPanel,
  readingsPanel,
  refusedPanel,
  settingsPanel,
  surenessPanel,
  targetsPanel,
  unobservedPanel,
} from './panels/collection.ts';
import {
  collectorsPanel,
  connectionsPanel,
  deviceClassesPanel,
  devicesPanel,
  interfacesPanel,
  kernelTotalPanel,
  memoryPanel,
  presencePanel,
  startsPanel,
} from './panels/devices.ts';
import {
  CHOSEN_NODES,
  deviceNodesPanel,
  hourOfDayPanel,
  nodeHoursPanel,
  nodeRatePanel,
  nodesInRangePanel,
  nodesTodayPanel,
  nodeTablePanel,
} from './panels/nodes.ts';
import {
  budgetPanel,
  burnDownPanel,
  cycleNodesPanel,
  cyclePanel,
  forecastPanel,
  overviewPanel,
} from './panels/quota.ts';
import { multipliersPanel, surplusAdvicePanel, surplusPanel } from './panels/surplus.ts';
import {
  daysPanel,
  dimensionPanel,
  ratePanel,
  todayPanel,
  userDaysPanel,
  userRatePanel,
  usersPanel,
} from './panels/traffic.ts';
import type { DashboardSettings } from './settings.ts';

/**
 * Answers in five seconds: am I safe, how much is left, who uses it now. Every total is a look-up of the auditor's
 * gauges; of the counters, only rates are read, over the least window that holds.
 */
const overview = (settings: DashboardSettings): DashboardSpec => ({
  name: 'overview',
  title: { zh: '总览', en: 'Overview' },
  description: { zh: '安全吗，还剩多少，谁在用。', en: 'Am I safe, how much is left, who uses it now.' },
  shown: ['instance'],
  from: 'now-6h',
  rows: [
    row(8, [overviewPanel(settings), 17], [[budgetPanel(settings), surplusPanel], 7]),
    row(5, [todayPanel, 24]),
    row(9, [ratePanel, 12], [devicesPanel(settings), 12]),
    row(9, [nodesTodayPanel, 8], [deviceClassesPanel, 8], [burnDownPanel, 8]),
  ],
});

/** The mail as a dashboard, in its order, with the history behind each figure. */
const audit = (settings: DashboardSettings): DashboardSpec => ({
  name: 'audit',
  title: { zh: '审计', en: 'Audit' },
  description: { zh: '机场的账单与设备的用量对得上吗。', en: "Does the airport's bill agree with the devices' use." },
  shown: [],
  from: 'now-30d',
  rows: [
    row(7, [airportsPanel(settings), 20], [reportPanel, 4]),
    row(9, [differencePanel(settings), 12], [dailyBillPanel(settings), 12]),
    row(7, [verdictHistoryPanel, 24]),
    row(8, [burnDownPanel, 12], [forecastPanel, 12]),
    row(6, [surplusAdvicePanel, 24]),
    row(8, [cyclePanel, 10], [multipliersPanel, 14]),
    row(9, [cycleNodesPanel, 24]),
    row(5, [todayPanel, 24]),
  ],
});

/** Whether the figures can be trusted: who collects, what was refused, what was inferred. */
const health = (settings: DashboardSettings): DashboardSpec => ({
  name: 'health',
  title: { zh: '采集健康', en: 'Collection health' },
  description: {
    zh: '数字可信吗：谁在采集，谁被拒绝，哪些是推断。',
    en: 'Can the figures be trusted: who collects, what is refused, what is inferred.',
  },
  shown: ['instance'],
  from: 'now-6h',
  rows: [
    row(4, [onlinePanel, 6], [conservationPanel, 12], [surenessPanel, 6]),
    row(8, [collectorsPanel(settings), 16], [readingsPanel, 8]),
    row(7, [presencePanel, 24]),
    row(8, [pushesPanel, 8], [unobservedPanel, 8], [framesPanel, 8]),
  ],
});

/** Which node carried what, when. */
const nodes = (settings: DashboardSettings): DashboardSpec => ({
  name: 'nodes',
  title: { zh: '节点', en: 'Nodes' },
  description: { zh: '哪个节点走了多少，什么时候走的。', en: 'Which node carried what, and when.' },
  shown: ['instance', 'node'],
  from: 'now-24h',
  rows: [
    row(10, [nodeTablePanel(CHOSEN_NODES), 24]),
    row(9, [nodeRatePanel(CHOSEN_NODES), 12], [deviceNodesPanel, 12]),
    row(9, [nodeHoursPanel, 12], [hourOfDayPanel(settings), 12]),
    row(9, [daysPanel(settings), 24]),
  ],
});

/** One device, or the few that were chosen, in depth. */
const device: DashboardSpec = {
  name: 'device',
  title: { zh: '设备', en: 'Devices' },
  description: {
    zh: '一台设备在做什么：在线、速率、节点、应用、域名。',
    en: 'What a device does: presence, rate, nodes, apps, hosts.',
  },
  shown: ['instance'],
  from: 'now-24h',
  rows: [
    row(5, [todayPanel, 17], [kernelTotalPanel, 7]),
    row(6, [presencePanel, 10], [startsPanel, 14]),
    row(8, [ratePanel, 12], [nodeRatePanel(), 12]),
    row(9, [nodesInRangePanel, 12], [deviceClassesPanel, 12]),
    row(9, [dimensionPanel('process'), 12], [dimensionPanel('host'), 12]),
    row(8, [connectionsPanel, 8], [memoryPanel, 8], [interfacesPanel, 8]),
  ],
};

/** The same bytes cut every way: rule, group, node, then who and where to. */
const flows: DashboardSpec = {
  name: 'flows',
  title: { zh: '流向', en: 'Flows' },
  description: {
    zh: '同一批字节的不同切法：规则 → 策略组 → 节点，以及应用、域名、来源。每一面的合计都相同。',
    en: 'The same bytes cut in different ways: rule → group → node, then apps, hosts and sources. Each adds up to the same total.',
  },
  shown: ['instance'],
  from: 'now-24h',
  rows: [
    row(11, [dimensionPanel('rule'), 8], [dimensionPanel('group'), 8], [nodesInRangePanel, 8]),
    row(11, [dimensionPanel('process'), 8], [dimensionPanel('host'), 8], [dimensionPanel('source'), 8]),
    row(7, [dimensionPanel('inbound_user'), 24]),
  ],
};

/** All users side by side, for the organisation that runs the server; users' own data sources see only themselves. */
const admin = (settings: DashboardSettings): DashboardSpec => ({
  name: 'admin',
  title: { zh: '管理', en: 'Administration' },
  description: { zh: '所有用户并列，供运维者查看。', en: 'All users side by side, for those who run the server.' },
  shown: ['user'],
  from: 'now-24h',
  rows: [
    row(8, [usersPanel, 14], [[settingsPanel, refusedPanel], 10]),
    row(7, [targetsPanel, 12], [gatewayPushesPanel, 12]),
    row(8, [userRatePanel, 24]),
    row(8, [userDaysPanel(settings), 24]),
  ],
});

/** Every dashboard, the one to look at first being first. */
export function allDashboards(settings: DashboardSettings): DashboardSpec[] {
  return [overview(settings), audit(settings), health(settings), nodes(settings), device, flows, admin(settings)];
}

/** One file of a folder that Grafana is provisioned from. */
interface BuiltFile {
  /** Such as `flowcollect-overview.json`. */
  readonly name: string;
  readonly content: string;
}

/** All dashboards of one language as the files that are committed: the same bytes for the same settings. */
export function buildDashboards(settings: DashboardSettings): BuiltFile[] {
  return allDashboards(settings).map((dashboard) => ({
    name: `${DASHBOARD_UIDS[dashboard.name]}.json`,
    content: `${JSON.stringify(buildDashboard(dashboard, settings), null, 2)}\n`,
  }));
}
