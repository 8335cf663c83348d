import type { Clock } from '../../runtime/clock.ts';
import { createScreen, type ScreenOutput } from '../../runtime/screen.ts';
import type { DeviceView } from '../watch.ts';
import { createRateMeter } from './summary.ts';
import { renderLine, renderTable } from './table.ts';

export interface ConsoleOptions {
  readonly output: ScreenOutput;
  readonly clock: Clock;
  language(): 'zh' | 'en';
  /** Milliseconds between plain lines where the output is no terminal. */
  interval(): number;
  /** In the order they are shown. */
  views(): readonly DeviceView[];
  /** Takes each plain line too. */
  onLine(line: string): void;
}

/** Shows a device: a table redrawn in place on a terminal, a line now and then elsewhere. */
export interface Console {
  start(): void;
  /** A message that stays above the table. */
  say(text: string): void;
  stop(): Promise<void>;
}

const REDRAW_MS = 1000;

export function createConsole(options: ConsoleOptions): Console {
  const { output, clock, language, interval, views, onLine } = options;
  const screen = createScreen(output);
  const meter = createRateMeter();
  const stopping = new AbortController();
  let loop: Promise<void> = Promise.resolve();

  async function show(): Promise<void> {
    let lineDue = clock.now() + interval();
    while (!stopping.signal.aborted) {
      await clock.sleep(REDRAW_MS, stopping.signal);
      const now = clock.now();
      const [device] = views();
      if (device === undefined) continue;
      const summary = meter.read(now, device.counters);
      screen.draw(renderTable(device, summary, language(), now));
      if (now < lineDue) continue;
      lineDue = now + interval();
      const line = renderLine(device, summary, language(), now);
      if (!screen.isTerminal) output.write(`${line}\n`);
      onLine(line);
    }
  }

  return {
    start() {
      loop = show();
    },
    say: (text) => screen.say(text),
    async stop() {
      stopping.abort();
      await loop;
    },
  };
}
