/** Pieces of HTML mail: tables and inline styles only, since mail programs drop the rest. Colours for dark mode come as classes. */

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

export type Html = string & { readonly html: unique symbol };

/** Text that others chose (node names, hosts), made safe. */
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

/** Kept apart from inline styles: dark mode and phones, for mail programs that know them. */
export const STYLE = `
@media (prefers-color-scheme: dark) {
  .page { background:#14181c !important } .card { background:#1c2228 !important; border-color:#2b333b !important }
  .ink { color:#eef2f5 !important } .muted { color:#98a3ae !important } .rule { border-color:#2b333b !important }
  .track { background:#343d46 !important } .good { color:#4cc38a !important } .bad { color:#ff7b6b !important }
  .warn { color:#e8a33d !important } .bar { background:#3b5683 !important }
  .link { color:#9dc0fb !important } .badge { background:#27374f !important; color:#9dc0fb !important }
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

export function link(url: string, text: string): Html {
  return html`<a class="link" href="${escapeHtml(url)}" style="color:${COLOURS.barNow as Html};text-decoration:none">${escapeHtml(text)}</a>`;
}

/** A multiplier next to its node. */
export function badge(content: Html): Html {
  return html`<span class="badge" style="display:inline-block;background:#eaf1fd;color:#2459b8;border-radius:4px;padding:0 5px;font-size:12px;white-space:nowrap">${content}</span>`;
}

/** A row of {@link figureRows}. */
interface FigureRow {
  readonly name: Html;
  readonly figure: Html;
  /** What is worth a word besides, in small letters below the name. */
  readonly details?: readonly Html[];
}

/** Names with a figure each. A name has all of the width but the figure's, so that it stays readable on a phone. */
export function figureRows(rows: readonly FigureRow[], head?: FigureRow): Html {
  const row = ({ name, figure, details = [] }: FigureRow, className: 'ink' | 'muted', size: number): Html => {
    const cell = `padding:8px 0;border-bottom:1px solid ${COLOURS.rule};font-size:${size}px;color:${COLOURS[className]}`;
    return html`<tr><td class="${className as Html} rule" valign="top" style="${cell as Html};word-break:break-word">${name}${small(details)}</td><td class="${className as Html} rule" align="right" valign="top" style="${cell as Html};padding-left:12px;white-space:nowrap">${figure}</td></tr>`;
  };
  const heads = head === undefined ? [] : [row(head, 'muted', 12)];
  return html`<table role="presentation" width="100%" cellpadding="0" cellspacing="0">${heads}${rows.map((each) => row(each, 'ink', 14))}</table>`;
}

function small(details: readonly Html[]): Html {
  if (details.length === 0) return '' as Html;
  return html`<div class="muted" style="font-size:12px;color:${COLOURS.muted as Html}">${details.join(' · ') as Html}</div>`;
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

/** Columns for days, the last in a stronger colour, with the scale beside and what the first and the last are called below. */
export function dayBars(values: readonly number[], write: (value: number) => string, first: Html, last: Html): Html {
  const highest = Math.max(1, ...values);
  const columns = values.map((value, index) => {
    const height = Math.max(1, Math.round((value / highest) * BARS_HEIGHT));
    const [colour, className] = index === values.length - 1 ? [COLOURS.barNow, 'keep'] : [COLOURS.bar, 'bar'];
    return html`<td valign="bottom" style="padding:0 1px"><div class="${className as Html}" style="height:${height}px;background:${colour as Html};border-radius:2px 2px 0 0;font-size:0">&nbsp;</div></td>`;
  });
  const label = `font-size:11px;line-height:14px;color:${COLOURS.muted}` as Html;
  const beside = html`<td class="muted" valign="top" style="${label};padding-left:6px;white-space:nowrap">${escapeHtml(write(Math.max(0, ...values)))}</td>`;
  const rule = `1px solid ${COLOURS.rule}` as Html;
  return html`<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td class="rule" style="border-top:${rule};border-bottom:${rule}"><table role="presentation" width="100%" cellpadding="0" cellspacing="0" height="${BARS_HEIGHT}" style="table-layout:fixed"><tr>${columns}</tr></table></td>${beside}</tr><tr><td><table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td class="muted" style="${label};padding-top:3px">${first}</td><td class="muted" align="right" style="${label};padding-top:3px">${last}</td></tr></table></td><td></td></tr></table>`;
}
