import type { VariableModel } from '@grafana/grafana-foundation-sdk/dashboard';
import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableHide,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { TRAFFIC_BYTES } from '../core/metric-contract.ts';
import type { Say } from './language.ts';
import { DATASOURCE } from './panels/target.ts';
import { select } from './promql/select.ts';

/** The uid of the provisioned data source. */
export const DATASOURCE_UID = 'flowcollect-prometheus';

/** Variables that a dashboard shows beside those that every one has. */
export type VariableName = 'instance' | 'user' | 'node';

/**
 * The variables of a dashboard. All of them are there on every dashboard, because queries name them; only those asked
 * for are shown. All begin at "all": a variable without a current value makes the first load query nothing.
 */
export function variables(say: Say, shown: readonly VariableName[]): VariableModel[] {
  const hide = (visible: boolean): VariableHide => (visible ? VariableHide.DontHide : VariableHide.HideVariable);
  const choice = (name: string, label: string, query: string, visible: boolean): VariableModel =>
    new QueryVariableBuilder(name)
      .label(label)
      .datasource(DATASOURCE)
      .query({ query, refId: `variable-${name}` })
      .definition(query)
      .refresh(VariableRefresh.OnTimeRangeChanged)
      .sort(VariableSort.AlphabeticalAsc)
      .multi(true)
      .includeAll(true)
      .allValue('.+')
      .current({ selected: true, text: [say('全部', 'All')], value: ['$__all'] })
      .hide(hide(visible))
      .build();
  const datasource = new DatasourceVariableBuilder('datasource')
    .label(say('数据源', 'Data source'))
    .type('prometheus')
    .current({ selected: true, text: 'FlowCollect', value: DATASOURCE_UID })
    .hide(VariableHide.HideVariable)
    .build();
  const device = select('push_time_seconds').replace(/,instance=~"\$instance"/, '');
  const node = `label_values(${select(TRAFFIC_BYTES)}, node)`;
  return [
    datasource,
    choice('job', say('任务', 'Job'), 'label_values({__name__=~"flowcollect_.+_build_info"}, job)', false),
    choice('user', say('用户', 'User'), 'label_values(push_time_seconds{job=~"$job"}, user)', shown.includes('user')),
    choice('instance', say('设备', 'Instance'), `label_values(${device}, instance)`, shown.includes('instance')),
    ...(shown.includes('node') ? [choice('node', say('节点', 'Node'), node, true)] : []),
  ];
}
