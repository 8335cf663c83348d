import type { Words } from '../messages/report.ts';
import type { LearnedBilling } from '../verdict/finding.ts';
import { aboveWhole, type Figures } from './figures.ts';

const HOUR = 3_600_000;
/** A daily part below is not worth a word. */
const MIB = 2 ** 20;

/** By what an expectation was calibrated; empty while nothing is learned that moves it. */
export function learnedText(learned: LearnedBilling | undefined, { findings }: Words, figures: Figures): string {
  if (learned === undefined || !(learned.days >= 1)) return '';
  const { ratio, daily, checks, lag, days } = learned;
  const percent = aboveWhole(ratio.likely);
  const hours = lag === null ? 0 : Math.round(lag / HOUR);
  const parts = [
    ...(percent === undefined ? [] : [findings.learnedRatio(percent)]),
    ...(checks >= MIB && Number.isFinite(checks) ? [findings.learnedChecks(figures.size(checks))] : []),
    ...(daily.likely >= MIB && Number.isFinite(daily.likely)
      ? [findings.learnedDaily(figures.size(daily.likely))]
      : []),
    ...(hours >= 1 && Number.isFinite(hours) ? [findings.learnedLag(hours)] : []),
  ];
  return parts.length === 0 ? '' : findings.learned(Math.round(days), parts);
}
