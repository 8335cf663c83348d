import type { LogLine } from '../../simulator/household/household.ts';
import { catalogAnswers } from '../../simulator/kernel/catalog-answers.ts';
import type { KernelSource } from '../../simulator/kernel/kernel-source.ts';
import type { Crowd } from './crowd.ts';

/** A crowd behind a simulated kernel: each message asked for is a frame later. */
export function createCrowdSource(crowd: Crowd, now: () => number): KernelSource & { frames(): number } {
  let frames = 0;
  let totals = { upload: 0, download: 0 };
  let log: LogLine[] = [];
  return {
    frames: () => frames,
    advance() {
      const lines = log;
      log = [];
      return lines;
    },
    message() {
      frames += 1;
      const at = now();
      const frame = crowd.next(at);
      totals = frame.totals;
      log.push(...frame.log.map((payload): LogLine => ({ at, level: 'info', payload })));
      return frame.message.toString();
    },
    totals: () => totals,
    tellsTotals: true,
    memory: () => 0,
    answers: () => catalogAnswers(0),
    close() {},
    die() {},
    revive() {},
    nodeTotals: () => [],
    truth: () => undefined,
    position: () => undefined,
  };
}
