import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableHide,
  type VariableModel,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { Text, Translate } from '../core/language.ts';
import { TRAFFIC_BYTES } from '../core/metric-contract.ts';
import { DATASOURCE } from './builders/panel.ts';
import { select } from './promql/select.ts';

/** The uid of the provisioned data source. */
export const DATASOURCE_UID = 'flowcollect-prometheus';

/** Variables that a dashboard shows besides those that every one has. */
export type VariableName = 'instance' | 'user' | 'node';

/**
 * The variables of a dashboard. All of them are there on every dashboard, because queries name them; only those asked
 * for are shown. All begin at "all": a variable without a current value makes the first load query nothing.
 */
export function variables(translate: Translate, shown: readonly VariableName[]): VariableModel[] {
  const hide = (visible: boolean): VariableHide => (visible ? VariableHide.DontHide : VariableHide.HideVariable);
  const choice = (name: string, label: Text, query: string, visible: boolean): VariableModel =>
    new QueryVariableBuilder(name)
      .label(translate(label))
      .datasource(DATASOURCE)
      .query({ query, refId: `variable-${name}` })
      .definition(query)
      .refresh(VariableRefresh.OnTimeRangeChanged)
      .sort(VariableSort.AlphabeticalAsc)
      .multi(true)
      .includeAll(true)
      .allValue('.+')
      .current({ selected: true, text: [translate({ zh: '全部', en: 'All' })], value: ['$__all'] })
      .hide(hide(visible))
      .build();
  const datasource = new DatasourceVariableBuilder('datasource')
    .label(translate({ zh: '数据源', en: 'Data source' }))
    .type('prometheus')
    .current({ selected: true, text: 'FlowCollect', value: DATASOURCE_UID })
    .hide(VariableHide.HideVariable)
    .build();
  const device = select('push_time_seconds').replace(/,instance=~"\$instance"/, '');
  const node = `label_values(${select(TRAFFIC_BYTES)}, node)`;
  const jobs = 'label_values({__name__=~"flowcollect_.+_build_info"}, job)';
  const users = 'label_values(push_time_seconds{job=~"$job"}, user)';
  return [
    datasource,
    choice('job', { zh: '任务', en: 'Job' }, jobs, false),
    choice('user', { zh: '用户', en: 'User' }, users, shown.includes('user')),
    choice('instance', { zh: '设备', en: 'Instance' }, `label_values(${device}, instance)`, shown.includes('instance')),
    ...(shown.includes('node') ? [choice('node', { zh: '节点', en: 'Node' }, node, true)] : []),
  ];
}
