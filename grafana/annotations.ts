import { type AnnotationQuery, AnnotationQueryPlacement } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Text, Translate } from '../core/language.ts';
import { DATASOURCE } from './builders/panel.ts';
import { BAD, GOOD, WATCH } from './palette.ts';
import { select } from './promql/select.ts';

/**
 * Moments that can be marked on every graph: off until somebody turns them on, in the menu of the dashboard's controls
 * (Grafana 12.3 and later), not as switches above it. A sample marks its own time, and the query is in `target`: of what
 * only stands beside it, as where a value is the time, the conversion to schema v2 keeps nothing that it knows.
 */
export function annotations(translate: Translate): AnnotationQuery[] {
  const mark = (name: Text, iconColor: string, expr: string, title: Text): AnnotationQuery => ({
    name: translate(name),
    datasource: DATASOURCE,
    enable: false,
    placement: AnnotationQueryPlacement.InControlsMenu,
    iconColor,
    target: { refId: 'Anno', expr, interval: '60s' } as unknown as NonNullable<AnnotationQuery['target']>,
    titleFormat: translate(title),
  });
  const leak = select('flowcollect_audit_verdict', 'verdict="leak"');
  const used = select('flowcollect_airport_used_bytes');
  const before = 'offset $__rate_interval';
  return [
    mark({ zh: '泄露结论', en: 'Leak verdict' }, BAD, `(${leak} == 1) unless (${leak} ${before} == 1)`, {
      zh: '可能泄露：{{airport}}',
      en: 'Suspected leak: {{airport}}',
    }),
    mark({ zh: '配额重置', en: 'Quota reset' }, GOOD, `${used} < ${used} ${before}`, {
      zh: '配额重置：{{airport}}',
      en: 'Quota reset: {{airport}}',
    }),
    mark(
      { zh: '内核重启', en: 'Kernel restart' },
      WATCH,
      `changes(${select('flowcollect_kernel_restarts_total')}[$__rate_interval]) > 0`,
      { zh: '内核重启：{{instance}}', en: 'Kernel restart: {{instance}}' },
    ),
  ];
}
