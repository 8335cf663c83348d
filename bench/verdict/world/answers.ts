import { localDayAt } from '../../../core/local-day.ts';
import type { Random } from '../../../simulator/random.ts';
import type { AirportAnswer } from '../play/records.ts';
import { accountOf, type Figures } from './account.ts';
import { type Counted, counted } from './billing.ts';
import type { AirportDraft, Draft } from './draft.ts';
import { answerOf } from './panel.ts';
import { LOCAL, MINUTE } from './time.ts';

/** What every airport answers at every audit. */
export function answersOf(
  draft: Draft,
  airports: readonly (Counted & { readonly airport: AirportDraft })[],
): AirportAnswer[] {
  const { begin, end, gaps } = draft;
  const fails = (at: number): boolean => gaps.some(({ from, to }) => at >= from && at < to);
  const failures = draft.random('failures');
  const readers = airports.map(({ airport, upload, download }) => ({
    name: airport.name,
    read: readerOf(draft, airport, { upload, download }),
  }));
  return [...auditTimes(draft.random('looks'), begin, end, fails)].flatMap(({ at: time }) =>
    readers.map(({ name, read }): AirportAnswer => {
      const sent = read(time);
      return { time, airport: name, ...(fails(time) ? failures.pick(FAILURES) : sent) };
    }),
  );
}

/** What there is where there are no figures. */
const FAILURES: readonly Sent[] = [
  { failure: 'fetch_timeout' },
  { failure: 'fetch_name' },
  { status: 502 },
  { status: 403, body: '<html>' },
  { body: '' },
  { header: 'upload=0; download=0; total=0; expire=0' },
];

type Sent = Omit<AirportAnswer, 'time' | 'airport'>;

/** One airport as it answers, its copies and second links included. */
function readerOf(draft: Draft, airport: AirportDraft, { upload, download }: Counted): (at: number) => Sent {
  const { lag, events, form, copies, second, dropouts } = airport;
  const account = accountOf(airport, events, counted(upload, lag), counted(download, lag));
  const random = draft.random(`answers of ${airport.name}`);
  return (at) => {
    const {
      age = 0,
      bytes = 0,
      used,
    } = copies !== undefined && random.next() < copies.share ? copies.draw(random) : {};
    let figures = less(account(at - age), bytes);
    if (used !== undefined) figures = { ...figures, upload: 0, download: used };
    if (second !== undefined && random.next() < second.share) figures = less(figures, -second.bytes);
    const missing = dropouts?.spans.some(({ from, to }) => at >= from && at < to) === true ? dropouts.share : 0;
    return answerOf(form, cut(part(figures, 1 - missing), airport.rounding));
  };
}

function less(figures: Figures, bytes: number): Figures {
  return { ...figures, download: Math.max(0, figures.download - bytes) };
}

function cut(figures: Figures, unit: number): Figures {
  const { upload, download } = figures;
  return { ...figures, upload: upload - (upload % unit), download: download - (download % unit) };
}

function part(figures: Figures, share: number): Figures {
  if (share === 1) return figures;
  const { upload, download, quota } = figures;
  const [u, d, q] = [upload, download, quota].map((each) => Math.round(each * share));
  return { ...figures, upload: u ?? 0, download: d ?? 0, quota: q ?? 0 };
}

const AUDIT_EVERY = 120 * MINUTE;
const AUDIT_JITTER = 10 * MINUTE;
/** After a failure it is tried again so much later. */
const AGAIN = [5 * MINUTE, 15 * MINUTE, 60 * MINUTE];

/**
 * When the service audits: every two hours, and when a day ends.
 *
 * @param fails whether no airport can be read at an instant
 */
function* auditTimes(
  random: Random,
  begin: number,
  end: number,
  fails: (at: number) => boolean,
): Generator<{ readonly at: number; readonly report: boolean }> {
  let [next, failures] = [begin, 0];
  let dayEnd = localDayAt(begin, LOCAL).end;
  while (Math.min(next, dayEnd) < end) {
    if (next < dayEnd) {
      yield { at: next, report: false };
      failures = fails(next) ? failures + 1 : 0;
      const pause = failures === 0 ? AUDIT_EVERY : (AGAIN[Math.min(failures, AGAIN.length) - 1] ?? AUDIT_EVERY);
      next += pause + random.next() * AUDIT_JITTER * (failures === 0 ? 1 : 0.1);
    } else {
      yield { at: dayEnd, report: true };
      next = Math.max(next, dayEnd + AUDIT_EVERY);
      dayEnd = localDayAt(dayEnd, LOCAL).end;
    }
  }
}
