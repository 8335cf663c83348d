import { createRandom, type Random } from '../random.ts';
import { KERNEL_CLIENT, type Life, openConnection, type SimulatedConnection, UNCOUNTED_CLIENT } from './connection.ts';
import {
  BIG_RATE,
  type Client,
  type Destination,
  KERNEL_DNS,
  KERNEL_DOWNLOAD,
  STREAM_RATE,
  visitorsOf,
  type Workload,
} from './workload.ts';

/** A cause of connections. What it opens, and when, depends on its seed alone. */
export interface Emitter {
  /** When it opens the next one, epoch milliseconds; Infinity when it is done. */
  nextAt(): number;
  /** Opens the one due at {@link nextAt} (with the hop beneath it, if any) and moves on. */
  emit(): readonly SimulatedConnection[];
}

interface EmitterSpan {
  readonly seed: string;
  /** Epoch milliseconds. */
  readonly from: number;
  /** Nothing opens later, and what streams stops; Infinity for a household that never ends. */
  readonly until: number;
}

/** All that makes connections in a household of this workload. */
export function createEmitters(workload: Workload, span: EmitterSpan): Emitter[] {
  const { destinations, clients } = workload;
  const visitor = (random: Random, { host }: Destination): Client => random.pick(visitorsOf(host, clients));
  const arrivals = emitter(span, 'arrivals', (random, at) => {
    const destination = random.weighted(destinations);
    const client = visitor(random, destination);
    return {
      connections: openConnection(random, at, destination, client, drawLife(random, workload)),
      pause: random.exponential(1000 / workload.arrivalsPerSecond),
    };
  });

  const stream = (destination: Destination, index: number): Emitter =>
    emitter(span, `stream/${index}`, (random, at) => {
      const length = Math.min(random.between(60_000, 600_000), span.until - at);
      const download = Math.round((STREAM_RATE * length) / 1000);
      const life: Life = { upload: 2040, download, moving: length, open: length };
      return {
        connections: openConnection(random, at, destination, visitor(random, destination), life),
        pause: length + random.between(500, 5000),
      };
    });

  const udpFlow = (_: unknown, index: number): Emitter =>
    emitter(span, `udp/${index}`, (random, at) => {
      const length = Math.min(random.between(20_000, 300_000), span.until - at);
      // 300 bytes out and 900 back each 222 ms; the kernel forgets a flow that was silent for a minute.
      const exchanges = Math.ceil(length / 222);
      const life: Life = { upload: 300 * exchanges, download: 900 * exchanges, moving: length, open: length + 60_000 };
      return {
        connections: openConnection(random, at, workload.udp, visitor(random, workload.udp), life),
        pause: length + random.between(500, 5000),
      };
    });

  return [
    arrivals,
    ...workload.streams.map(stream),
    ...Array.from({ length: workload.udpFlows }, udpFlow),
    ...(workload.kernelTraffic ? kernelEmitters(span) : []),
  ];
}

function kernelEmitters(span: EmitterSpan): Emitter[] {
  return [
    emitter(span, 'kernel/download', (random, at) => ({
      connections: openConnection(random, at, KERNEL_DOWNLOAD, KERNEL_CLIENT, {
        upload: random.whole(400, 900),
        download: random.whole(20_000, 400_000),
        moving: 400,
        open: 600,
      }),
      pause: random.exponential(30_000),
    })),
    emitter(span, 'kernel/dns', (random, at) => ({
      connections: openConnection(random, at, KERNEL_DNS, UNCOUNTED_CLIENT, {
        upload: random.whole(40, 90),
        download: random.whole(80, 600),
        moving: 60,
        open: random.between(200, 2000),
      }),
      pause: random.exponential(2000),
    })),
  ];
}

/** Sizes as in the recordings: half below 4 KB, a tenth above 70 KB, uploads of 0.2 to 4.2 KB. */
function drawLife(random: Random, workload: Workload): Life {
  const kind = random.next();
  const upload = random.whole(200, 4200);
  if (kind < workload.bigShare) {
    const download = random.whole(100_000, 10_000_000);
    const moving = (download / BIG_RATE) * 1000;
    return { upload, download, moving, open: moving + 20 };
  }
  const download = Math.round(500 * 320 ** (random.next() ** 1.5));
  const moving = random.between(2, 40);
  const idle = kind < workload.bigShare + workload.lingeringShare ? random.between(300, 3000) : random.between(1, 50);
  return { upload, download, moving, open: moving + idle };
}

function emitter(
  span: EmitterSpan,
  name: string,
  open: (random: Random, at: number) => { connections: readonly SimulatedConnection[]; pause: number },
): Emitter {
  const random = createRandom(`${span.seed}/${name}`);
  const within = (at: number): number => (at < span.until ? at : Infinity);
  let next = within(span.from + random.between(200, 600));
  return {
    nextAt: () => next,
    emit() {
      const { connections, pause } = open(random, next);
      next = within(next + pause);
      return connections;
    },
  };
}
