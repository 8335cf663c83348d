import type { AnnotationQuery } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Say } from './language.ts';
import { ACCENT, BAD, GOOD, WATCH } from './palette.ts';
import { DATASOURCE } from './panels/target.ts';
import { select } from './promql/select.ts';

/** Moments marked on every graph. Values that are instants (Unix milliseconds) mark themselves, not their sample. */
export function annotations(say: Say): AnnotationQuery[] {
  const mark = (
    name: string,
    iconColor: string,
    expr: string,
    titleFormat: string,
    atValue: boolean,
  ): AnnotationQuery => ({
    name,
    datasource: DATASOURCE,
    enable: true,
    hide: false,
    iconColor,
    expr,
    step: '60s',
    titleFormat,
    textFormat: '',
    useValueForTime: atValue,
  });
  const leakAt = `${select('flowcollect_audit_window_end_timestamp_seconds')} * 1000 and on (user, airport) (${select('flowcollect_audit_verdict', 'verdict="leak"')} == 1)`;
  return [
    mark(
      say('泄露判定', 'Leak verdict'),
      BAD,
      leakAt,
      say('疑似泄露：{{airport}}', 'Suspected leak: {{airport}}'),
      true,
    ),
    mark(
      say('配额重置', 'Quota reset'),
      GOOD,
      `${select('flowcollect_airport_reset_timestamp_seconds')} * 1000`,
      say('配额重置：{{airport}}', 'Quota reset: {{airport}}'),
      true,
    ),
    mark(
      say('日报', 'Report'),
      ACCENT,
      `${select('flowcollect_report_last_success_timestamp_seconds')} * 1000`,
      say('日报已发出', 'Report sent'),
      true,
    ),
    mark(
      say('内核重启', 'Kernel restart'),
      WATCH,
      // Two steps: a range of one would miss what changed between the last sample of a step and the first of the next.
      `changes(${select('flowcollect_kernel_restarts_total')}[2m]) > 0`,
      say('内核重启：{{instance}}', 'Kernel restart: {{instance}}'),
      false,
    ),
  ];
}
