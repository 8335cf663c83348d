import { type Clock, createPeriodicTask } from '../../runtime/async.ts';
import { createScreen, type ScreenOutput } from '../../runtime/screen.ts';
import { createRateMeter, type DeviceView, type RateMeter } from './summary.ts';
import { renderLine, renderTable, type Showing, type ShownDevice, type Size } from './table.ts';

interface ConsoleOptions {
  readonly output: ScreenOutput;
  readonly clock: Clock;
  /** As of now; the zone is the reader's. */
  showing(): Pick<Showing, 'language' | 'zone'>;
  /** Milliseconds between plain lines where the output is no terminal. */
  interval(): number;
  /** In the order they are shown. */
  views(): readonly DeviceView[];
  /** Takes each plain line too. */
  onLine(line: string): void;
}

/** Shows the devices: a table redrawn in place on a terminal, a line now and then elsewhere. */
export interface Console {
  start(): void;
  /** A message that stays above the table. */
  say(text: string): void;
  stop(): Promise<void>;
}

const REDRAW_MS = 1000;

/** Some terminals claim to have neither columns nor rows. */
const sizeOf = ({ columns, rows }: ScreenOutput): Size => ({ columns: columns || 80, rows: rows || 25 });

export function createConsole(options: ConsoleOptions): Console {
  const { output, clock, interval, onLine } = options;
  const screen = createScreen(output);
  const meters = new Map<string, RateMeter>();
  let lineDue = 0;

  function read(now: number): ShownDevice[] {
    return options.views().map((view) => {
      const meter = meters.get(view.kernelAddress) ?? createRateMeter();
      meters.set(view.kernelAddress, meter);
      return { view, summary: meter(now, view) };
    });
  }

  function show(): void {
    const now = clock.now();
    const devices = read(now);
    const showing = { ...options.showing(), now };
    if (screen.isTerminal) screen.draw(renderTable(devices, showing, sizeOf(output)));
    // Unless the clock was set back, which must not put the line off for long.
    if (now < lineDue && lineDue - now <= interval()) return;
    lineDue = now + interval();
    for (const device of devices) {
      const line = renderLine(device, showing);
      if (!screen.isTerminal) output.write(`${line}\n`);
      onLine(line);
    }
  }

  const task = createPeriodicTask({ clock, every: REDRAW_MS, first: REDRAW_MS, run: show });
  return {
    start() {
      lineDue = clock.now() + interval();
      task.start();
    },
    say: (text) => screen.say(text),
    async stop() {
      await task.stop();
      show();
    },
  };
}
