import { createPeriodicTask } from '../runtime/async/periodic-task.ts';
import { systemClock } from '../runtime/clock.ts';
import type { Screen } from '../runtime/screen.ts';
import { readTraffic, renderLine, renderTable, type TrafficReading } from './live-table.ts';
import type { StackMessages } from './messages.ts';

const TERMINAL_EVERY_MS = 2000;
const LINE_EVERY_MS = 15_000;

/**
 * Reads the exporter's metrics again and again and shows them: redrawn in place on a terminal, a line now and then
 * elsewhere. A reading that fails is left out; the exporter's end is noticed by whoever runs it.
 *
 * @param url of the exporter's metrics
 * @returns how to stop
 */
export function startLiveView(url: string, screen: Screen, texts: StackMessages, clock: () => number): () => void {
  let before: TrafficReading | undefined;
  const show = async (): Promise<void> => {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
    const now = readTraffic(await response.text(), clock());
    if (screen.isTerminal) screen.draw(['', ...renderTable(now, before ?? now, texts)]);
    else screen.say(renderLine(now, texts));
    before = now;
  };
  const task = createPeriodicTask({
    clock: systemClock,
    every: screen.isTerminal ? TERMINAL_EVERY_MS : LINE_EVERY_MS,
    run: show,
    onError: () => undefined,
  });
  task.start();
  return () => {
    void task.stop();
    screen.draw([]);
  };
}
