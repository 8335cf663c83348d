/** What one alert does over time, with everything that it says. Times are those of promtool, from 0 on. */
export interface AlertCase {
  readonly alert: string;
  /** Why there is another case of the same alert. */
  readonly name?: string;
  /** Series with their values in promtool's notation, a sample each `step`. */
  readonly series: Readonly<Record<string, string>>;
  readonly step?: '5m';
  readonly silent?: string;
  readonly firing?: string;
  readonly resolved?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly says: readonly [summary: string, summaryEn: string, description: string, descriptionEn: string];
}

const AUDITOR = 'job="auditor",instance="auditor:9102"';
export const airport = (metric: string, more = ''): string =>
  `flowcollect_${metric}{${AUDITOR},user="default",airport="a.yaml"${more}}`;
export const device = (metric: string, more = '', instance = '客厅'): string =>
  `${metric}{job="flowcollect",user="default",instance="${instance}"${more}}`;
export const AIRPORT = { user: 'default', airport: 'a.yaml' };
export const DEVICE = { user: 'default', instance: '客厅' };
export const GIB = 2 ** 30;
export const MIB = 2 ** 20;
