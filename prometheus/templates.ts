import { type Language, translateTo } from '../core/language.ts';

/** Telegram takes 4,096 characters, and refuses a message that Alertmanager cuts in the midst of a tag. */
const TELEGRAM_ALERTS = 10;

/**
 * What Alertmanager writes, in one language: subject, text and page of a mail, and a Telegram message. Only annotations
 * and the time are told: labels such as `job` mean nothing to a reader.
 */
export function templateFile(language: Language): { readonly name: string; readonly content: string } {
  const translate = translateTo(language);
  const field = (name: string): string => (language === 'zh' ? `.Annotations.${name}` : `.Annotations.${name}_en`);
  const state = `{{ if eq .Status "firing" }}${translate({ zh: '告警', en: 'Alert' })}{{ else }}${translate({ zh: '已恢复', en: 'Resolved' })}{{ end }}`;
  const more = translate({ zh: '等 {{ len .Alerts }} 条', en: 'and {{ len (slice .Alerts 1) }} more' });
  const others = translate({
    zh: `…… 另有 {{ len (slice .Alerts ${TELEGRAM_ALERTS}) }} 条`,
    en: `… and {{ len (slice .Alerts ${TELEGRAM_ALERTS}) }} more`,
  });
  const since = translate({ zh: '开始于', en: 'Since' });
  const manual = translate({ zh: '处理办法', en: 'What to do' });
  const time = '{{ .StartsAt.Format "2006-01-02 15:04:05 MST" }}';
  const content = `{{/* Made from code: flowcollect config render writes it in your language. */}}
{{ define "flowcollect.subject" }}[FlowCollect] ${state}${translate({ zh: '：', en: ': ' })}{{ with index .Alerts 0 }}{{ ${field('summary')} }}{{ end }}{{ if gt (len .Alerts) 1 }} ${more}{{ end }}{{ end }}

{{ define "flowcollect.text" }}{{ range .Alerts }}${state}${translate({ zh: '：', en: ': ' })}{{ ${field('summary')} }}
{{ ${field('description')} }}
${since} ${time}
${manual}${translate({ zh: '：', en: ': ' })}{{ ${field('runbook_url')} }}

{{ end }}{{ end }}

{{ define "flowcollect.html" }}<!DOCTYPE html>
<html lang="${translate({ zh: 'zh-CN', en: 'en' })}"><body style="font-family: sans-serif; max-width: 40em">
{{ range .Alerts }}<h2 style="font-size: 1.1em; color: {{ if eq .Status "firing" }}#b3261e{{ else }}#1b7f3b{{ end }}">${state}${translate({ zh: '：', en: ': ' })}{{ ${field('summary')} }}</h2>
<p>{{ ${field('description')} }}</p>
<p style="color: #666; font-size: 0.9em">${since} ${time}<br>${manual}${translate({ zh: '：', en: ': ' })}{{ ${field('runbook_url')} }}</p>
{{ end }}</body></html>{{ end }}

{{ define "flowcollect.telegram" }}{{ range $index, $alert := .Alerts }}{{ if lt $index ${TELEGRAM_ALERTS} }}{{ if eq .Status "firing" }}🔴{{ else }}🟢{{ end }} <b>{{ ${field('summary')} }}</b>
{{ ${field('description')} }}

{{ end }}{{ end }}{{ if gt (len .Alerts) ${TELEGRAM_ALERTS} }}${others}
{{ end }}{{ end }}
`;
  return { name: 'templates/flowcollect.tmpl', content };
}
