import type { LogLine } from '../household/household.ts';
import type { KernelSource } from './kernel-source.ts';

/** A stream of messages: begins when called, gives how to end it. */
export type Feed = (send: (message: string) => void) => () => void;

/** The source as the streams see it: advanced to the present before each look. */
export interface LiveSource {
  current(): KernelSource;
  onLog(listener: (line: LogLine) => void): () => void;
}

const LEVELS = ['debug', 'info', 'warning', 'error', 'silent'];

/**
 * The stream behind an address of the kernel's API.
 *
 * @returns `bad request` for parameters that the kernel refuses, undefined for an address that has no stream
 */
export function feedOf(live: LiveSource, url: URL): Feed | 'bad request' | undefined {
  switch (url.pathname) {
    case '/connections':
      return connectionsFeed(live, url.searchParams.get('interval') ?? '');
    case '/traffic':
      return trafficFeed(live);
    case '/memory':
      // The kernel's first message says 0, so that charts begin there.
      return repeat(1000, (turn) => JSON.stringify({ inuse: turn === 0 ? 0 : live.current().memory(), oslimit: 0 }));
    case '/logs':
      return logsFeed(live, url.searchParams.get('level') ?? '');
    default:
      return undefined;
  }
}

function connectionsFeed(live: LiveSource, interval: string): Feed | 'bad request' {
  const milliseconds = interval === '' ? 1000 : Number(interval);
  if (!Number.isInteger(milliseconds) || milliseconds < 1) return 'bad request';
  return repeat(milliseconds, () => live.current().message());
}

function trafficFeed(live: LiveSource): Feed {
  return (send) => {
    let before = live.current().totals();
    return repeat(1000, (turn) => {
      if (turn === 0) return undefined;
      const source = live.current();
      const { upload, download } = source.totals();
      const up = Math.max(0, upload - before.upload);
      const down = Math.max(0, download - before.download);
      before = { upload, download };
      return JSON.stringify(source.tellsTotals ? { up, down, upTotal: upload, downTotal: download } : { up, down });
    })(send);
  };
}

function logsFeed(live: LiveSource, level: string): Feed | 'bad request' {
  const least = LEVELS.indexOf(level === '' ? 'info' : level);
  if (least === -1) return 'bad request';
  return (send) =>
    live.onLog((line) => {
      if (LEVELS.indexOf(line.level) >= least) send(JSON.stringify({ type: line.level, payload: line.payload }));
    });
}

/** Sends at once, then after each pause; `turn` counts from 0. */
function repeat(milliseconds: number, message: (turn: number) => string | undefined): Feed {
  return (send) => {
    let turn = 0;
    const beat = (): void => {
      const text = message(turn);
      turn += 1;
      if (text !== undefined) send(text);
    };
    beat();
    const timer = setInterval(beat, milliseconds);
    return () => clearInterval(timer);
  };
}
