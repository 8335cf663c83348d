import { namedBill } from './compared.ts';
import { judgeWindow, regimeAfter } from './judgement.ts';
import type { WindowRecord } from './span.ts';
import { type Answer, reportedOf } from './surplus.ts';
import type { Thresholds, VerdictKind } from './verdict.ts';

/**
 * Closed windows judged again one after the other, after what is known of them changed. What was silent or deferred at
 * the time is not known any more: a bill that fits now is `ok`, and one that did not fit then and does not fit now keeps its verdict.
 * Windows that were judged together with other airports, and still could not be by themselves, keep theirs.
 *
 * @param windows oldest first, with what devices used in them by what is known now
 */
export function judgeAgain(
  windows: readonly WindowRecord[],
  thresholds: Thresholds,
  answers: readonly Answer[],
): WindowRecord[] {
  const again: WindowRecord[] = [];
  for (const window of windows) {
    const regime = again.at(-1)?.regime ?? window.from;
    const record = { ...priced(window), regime, changed: null };
    const before: readonly WindowRecord[] = [...again];
    const { change, changed, surplus, lacking, ...found } = judgeWindow(before, record, thresholds, answers, {
      report: true,
      shown: null,
    });
    const judged: WindowRecord = {
      ...record,
      kind: kindOf(record, {
        ...found,
        drifts: change !== undefined,
        lacked: lacking && before.at(-1)?.lacking === true,
      }),
      changed,
      lacking,
      reported: reportedOf(surplus),
    };
    again.push({ ...judged, regime: regimeAfter([...before, judged]) });
  }
  return again;
}

/** A window with what its nodes cost by what is known now. What a reset hid of its use costs more or less with it. */
function priced(window: WindowRecord): WindowRecord {
  if (window.nodes.length === 0) return window;
  const named = namedBill(window);
  const dearer = window.named.likely === 0 ? 1 : named.likely / window.named.likely;
  return { ...window, named, hidden: window.hidden === null ? null : Math.round(window.hidden * dearer) };
}

interface Found {
  readonly gross: boolean;
  readonly sure: boolean;
  readonly drifts: boolean;
  readonly changeIsGross: boolean;
  readonly leaks: boolean;
  readonly lacked: boolean;
}

function kindOf(record: WindowRecord, { gross, sure, drifts, changeIsGross, leaks, lacked }: Found): VerdictKind {
  if (record.acknowledged) return 'ok';
  if (record.kind === 'unknown') return 'unknown';
  if (record.nodes.some(({ owners, bytes }) => owners > 1 && bytes > 0)) return record.kind;
  if (gross && record.kind === 'incomplete') return 'incomplete';
  if (gross && sure) return 'leak';
  if (drifts) return changeIsGross ? 'leak' : 'drift';
  if (leaks) return 'leak';
  return lacked ? 'underbilled' : 'ok';
}
