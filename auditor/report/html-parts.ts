/** Pieces of HTML mail: tables and inline styles only, since mail programs drop the rest. Colours for dark mode come as classes. */

export type Html = string & { readonly html: unique symbol };

/** Text of a person's making (node names, hosts), made safe. */
export function escapeHtml(text: string): Html {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;') as Html;
}

/** A template whose texts are escaped; pieces that are HTML already, and lists of them, are put in as they are. */
export function html(strings: TemplateStringsArray, ...values: readonly (Html | Raw | number)[]): Html {
  const parts = strings.map((text, index) => {
    const value = values[index];
    if (value === undefined) return text;
    return `${text}${typeof value === 'object' ? value.map(String).join('') : String(value)}`;
  });
  return parts.join('') as Html;
}
type Raw = readonly Html[];

export const COLOURS = {
  ink: '#1d2733',
  muted: '#66727f',
  rule: '#e5e9ed',
  good: '#1f8a5b',
  bad: '#c0392b',
  warn: '#b97309',
  bar: '#aac4f5',
  barNow: '#2f6fe0',
} as const;

/** Kept apart from inline styles: dark mode and phones, for mail programs that know them. */
export const STYLE = `
@media (prefers-color-scheme: dark) {
  .page { background:#14181c !important } .card { background:#1c2228 !important; border-color:#2b333b !important }
  .ink { color:#eef2f5 !important } .muted { color:#98a3ae !important } .rule { border-color:#2b333b !important }
  .track { background:#343d46 !important } .good { color:#4cc38a !important } .bad { color:#ff7b6b !important }
  .warn { color:#e8a33d !important } .bar { background:#3b5683 !important }
  .badge { background:#27374f !important; color:#9dc0fb !important }
}
@media (max-width: 480px) { .stack { display:block !important; width:100% !important; box-sizing:border-box; text-align:left !important } }
` as Html;

/** A white card of the full width. */
export function card(content: Html): Html {
  return html`<table role="presentation" class="card" width="100%" cellpadding="0" cellspacing="0" style="background:#ffffff;border:1px solid ${COLOURS.rule as Html};border-radius:12px;margin:0 0 12px"><tr><td style="padding:20px 24px">${content}</td></tr></table>`;
}

export function cardTitle(title: Html, beside: Html): Html {
  return html`<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td class="ink stack" style="font-size:15px;font-weight:bold;color:${COLOURS.ink as Html};padding:0 0 8px">${title}</td><td class="muted stack" align="right" style="font-size:12px;color:${COLOURS.muted as Html};padding:0 0 8px">${beside}</td></tr></table>`;
}

export function paragraph(content: Html, colour: string = COLOURS.muted, className = 'muted'): Html {
  return html`<p class="${className as Html}" style="margin:4px 0;font-size:13px;line-height:1.6;color:${colour as Html}">${content}</p>`;
}

/** A multiplier beside its node. */
export function badge(content: Html): Html {
  return html`<span class="badge" style="display:inline-block;background:#eaf1fd;color:#2459b8;border-radius:4px;padding:0 5px;font-size:12px;white-space:nowrap">${content}</span>`;
}

/** A figure stays on one line; a range, which is longer, may break on a phone. */
function nowrap(content: Html, index: number): Html {
  return (index === 0 || content.includes('–') ? '' : 'white-space:nowrap;') as Html;
}

/** Rows of figures: the first column is a name, the others stand on the right. */
export function figureTable(head: readonly Html[], rows: readonly (readonly Html[])[]): Html {
  const cell = (content: Html, index: number, isHead: boolean): Html =>
    html`<td class="${(isHead || index > 1 ? 'muted rule' : 'ink rule') as Html}"${(index === 0 ? '' : ' align="right"') as Html} style="padding:${(index === 0 ? '8px 0' : '8px 0 8px 12px') as Html};border-bottom:1px solid ${COLOURS.rule as Html};${nowrap(content, index)}font-size:${isHead ? 12 : 14}px;color:${(isHead || index > 1 ? COLOURS.muted : COLOURS.ink) as Html};word-break:break-word">${content}</td>`;
  const row = (cells: readonly Html[], isHead: boolean): Html =>
    html`<tr>${cells.map((content, index) => cell(content, index, isHead))}</tr>`;
  return html`<table role="presentation" width="100%" cellpadding="0" cellspacing="0">${head.length === 0 ? [] : [row(head, true)]}${rows.map((cells) => row(cells, false))}</table>`;
}

/** A bar that shows a share from 0 to 1. */
export function shareBar(share: number, colour: string): Html {
  const percent = Math.round(Math.min(1, Math.max(0, share)) * 100);
  const part = (width: number, background: string, className: string): readonly Html[] =>
    width === 0
      ? []
      : [
          html`<td class="${className as Html}" width="${width}%" height="8" style="background:${background as Html};font-size:0;line-height:8px">&nbsp;</td>`,
        ];
  return html`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="margin:6px 0;border-radius:4px;overflow:hidden"><tr>${part(percent, colour, 'keep')}${part(100 - percent, COLOURS.rule, 'track')}</tr></table>`;
}

const BARS_HEIGHT = 90;

/** Columns for days; the last is today. What the first and the last day are called stands below. */
export function dayBars(values: readonly number[], first: Html, last: Html): Html {
  const highest = Math.max(1, ...values);
  const columns = values.map((value, index) => {
    const height = Math.max(1, Math.round((value / highest) * BARS_HEIGHT));
    const colour = index === values.length - 1 ? COLOURS.barNow : COLOURS.bar;
    return html`<td valign="bottom" style="padding:0 1px"><div class="${(index === values.length - 1 ? 'keep' : 'bar') as Html}" style="height:${height}px;background:${colour as Html};border-radius:2px 2px 0 0;font-size:0">&nbsp;</div></td>`;
  });
  return html`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" height="${BARS_HEIGHT}" style="table-layout:fixed"><tr>${columns}</tr></table><table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td class="muted" style="font-size:11px;color:${COLOURS.muted as Html};padding:3px 1px 0">${first}</td><td class="muted" align="right" style="font-size:11px;color:${COLOURS.muted as Html};padding:3px 1px 0">${last}</td></tr></table>`;
}
