import type { AnnotationQuery } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Translate } from '../core/language.ts';
import { DATASOURCE } from './builders/panel.ts';
import { ACCENT, BAD, GOOD, WATCH } from './palette.ts';
import { select } from './promql/select.ts';

/** Moments marked on every graph. Values that are instants (Unix milliseconds) mark themselves, not their sample. */
export function annotations(translate: Translate): AnnotationQuery[] {
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
      translate({ zh: '泄露判定', en: 'Leak verdict' }),
      BAD,
      leakAt,
      translate({ zh: '疑似泄露：{{airport}}', en: 'Suspected leak: {{airport}}' }),
      true,
    ),
    mark(
      translate({ zh: '配额重置', en: 'Quota reset' }),
      GOOD,
      `${select('flowcollect_airport_reset_timestamp_seconds')} * 1000`,
      translate({ zh: '配额重置：{{airport}}', en: 'Quota reset: {{airport}}' }),
      true,
    ),
    mark(
      translate({ zh: '日报', en: 'Report' }),
      ACCENT,
      `${select('flowcollect_report_last_success_timestamp_seconds')} * 1000`,
      translate({ zh: '日报已发出', en: 'Report sent' }),
      true,
    ),
    mark(
      translate({ zh: '内核重启', en: 'Kernel restart' }),
      WATCH,
      // Two steps: a range of one would miss what changed between the last sample of a step and the first of the next.
      `changes(${select('flowcollect_kernel_restarts_total')}[2m]) > 0`,
      translate({ zh: '内核重启：{{instance}}', en: 'Kernel restart: {{instance}}' }),
      false,
    ),
  ];
}
