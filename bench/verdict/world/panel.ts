import type { AirportAnswer } from '../play/records.ts';
import type { Figures } from './account.ts';
import type { PanelForm } from './draft.ts';
import { GB } from './time.ts';

export const EXACT_FORMS: readonly PanelForm[] = [
  'v2board',
  'sspanel',
  'subconverter',
  'remnawave',
  'marzban',
  'hiddify',
  'cfw',
  'justmysocks',
];

type Sent = Pick<AirportAnswer, 'header' | 'refill' | 'body'>;

const FORMS: Readonly<Record<PanelForm, (figures: Figures) => Sent>> = {
  v2board: (figures) => ({ header: userinfo(figures, '') }),
  // An account without an end has the panel's oldest date.
  sspanel: (figures) => ({ header: ` ${userinfo(figures, '612889500')}` }),
  subconverter: ({ upload, download, quota, expiry }) => ({
    header: `upload=0; download=${upload + download}; total=${quota};${expiry === null ? '' : ` expire=${expiry};`}`,
  }),
  remnawave: ({ upload, download, quota, expiry, reset }) => ({
    header: `upload=0; download=${upload + download}; total=${quota}; expire=${expiry ?? 0}`,
    ...(reset === null ? {} : { refill: String(reset) }),
  }),
  marzban: (figures) => ({ header: userinfo(figures, '0') }),
  hiddify: (figures) => ({ body: `#profile-title: my airport\n#subscription-userinfo: ${userinfo(figures, '0')}\n` }),
  cfw: (figures) => ({ body: `# ${userinfo(figures, '')};\nport: 7890\n` }),
  justmysocks: ({ upload, download, quota, reset }) => ({
    body: JSON.stringify({
      monthly_bw_limit_b: quota,
      bw_counter_b: upload + download,
      bw_reset_day_of_month: reset === null ? 1 : Number(dateOf(reset).slice(-2)),
    }),
  }),
  status: ({ upload, download, quota, expiry }) => ({
    body: `STATUS=🚀↑:${gigabytes(upload)}GB,↓:${gigabytes(download)}GB,TOT:${gigabytes(quota)}GB💡Expires:${dateOf(expiry)}\n`,
  }),
};

/** An answer of a panel with these figures. */
export function answerOf(form: PanelForm, figures: Figures): Sent {
  return FORMS[form](figures);
}

function userinfo({ upload, download, quota, expiry }: Figures, never: string): string {
  return `upload=${upload}; download=${download}; total=${quota}; expire=${expiry ?? never}`;
}

/** Two decimals, without zeros at their end. */
function gigabytes(bytes: number): string {
  return String(Math.round((bytes / GB) * 100) / 100);
}

function dateOf(expiry: number | null): string {
  return expiry === null ? 'N/A' : new Date(expiry * 1000 + 8 * 3_600_000).toISOString().slice(0, 10);
}
