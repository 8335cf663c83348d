import { type AnnotationQuery, AnnotationQueryPlacement } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Text, Translate } from '../core/language.ts';
import { DATASOURCE } from './builders/panel.ts';
import { BAD, GOOD, WATCH } from './palette.ts';
import { select } from './promql/select.ts';

/**
 * Moments that can be marked on every graph: off until somebody turns them on, in the menu of the dashboard's controls
 * (Grafana 12.3 and later), not as switches above it. Values that are instants (Unix milliseconds) mark themselves, not
 * their sample.
 */
export function annotations(translate: Translate): AnnotationQuery[] {
  const mark = (
    name: Text,
    iconColor: string,
    expr: string,
    title: Text,
    useValueForTime: boolean,
  ): AnnotationQuery => ({
    name: translate(name),
    datasource: DATASOURCE,
    enable: false,
    placement: AnnotationQueryPlacement.InControlsMenu,
    iconColor,
    expr,
    step: '60s',
    titleFormat: translate(title),
    textFormat: '',
    useValueForTime,
  });
  const at = (metric: string): string => `${select(metric)} * 1000`;
  const leak = `${at('flowcollect_audit_window_end_timestamp_seconds')} and on (user, airport) (${select('flowcollect_audit_verdict', 'verdict="leak"')} == 1)`;
  const reset = at('flowcollect_airport_reset_timestamp_seconds');
  const restart = `changes(${select('flowcollect_kernel_restarts_total')}[$__rate_interval]) > 0`;
  const leakTitle = { zh: '疑似泄露：{{airport}}', en: 'Suspected leak: {{airport}}' };
  const resetTitle = { zh: '配额重置：{{airport}}', en: 'Quota reset: {{airport}}' };
  const restartTitle = { zh: '内核重启：{{instance}}', en: 'Kernel restart: {{instance}}' };
  return [
    mark({ zh: '泄露判定', en: 'Leak verdict' }, BAD, leak, leakTitle, true),
    mark({ zh: '配额重置', en: 'Quota reset' }, GOOD, reset, resetTitle, true),
    mark({ zh: '内核重启', en: 'Kernel restart' }, WATCH, restart, restartTitle, false),
  ];
}
