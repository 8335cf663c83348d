import { announcement, type SimulatedConnection } from '../../simulator/household/connection.ts';
import type { LogLine } from '../../simulator/household/household.ts';
import { DIRECT, HONG_KONG, JAPAN, UNITED_STATES } from '../../simulator/household/node.ts';
import { catalogAnswers } from '../../simulator/kernel/catalog-answers.ts';
import { connectionMessage } from '../../simulator/kernel/connection-message.ts';
import type { KernelSource } from '../../simulator/kernel/kernel-source.ts';
import { createRandom } from '../../simulator/random.ts';

interface CrowdOptions {
  /** Open connections, always so many. */
  readonly size: number;
  /** The share of them that is replaced between two frames. */
  readonly churn: number;
  /** The share of them that moves bytes between two frames. */
  readonly moving: number;
  /** Different hosts, of which connections go to the first ones most. */
  readonly hosts: number;
  /** Different addresses and programs that open connections. */
  readonly clients: number;
  /** Epoch milliseconds. */
  readonly startedAt: number;
}

/** What a crowd did between two frames. */
interface CrowdFrame {
  /** The `/connections` message. */
  readonly message: Buffer;
  /** Payloads of the log, of connections that opened since the frame before. */
  readonly log: readonly string[];
  readonly totals: { readonly upload: number; readonly download: number };
  /** Different connections so far, including those that no frame shows. */
  readonly distinct: number;
}

/** A kernel with a steady number of connections, to measure what frames cost. */
interface Crowd {
  /** @param at epoch milliseconds, later than the frame before */
  next(at: number): CrowdFrame;
}

interface Open {
  readonly connection: SimulatedConnection;
  upload: number;
  download: number;
}

const TARGETS = [
  { node: HONG_KONG, group: '节点选择' },
  { node: JAPAN, group: '自动' },
  { node: UNITED_STATES, group: '流媒体' },
  { node: DIRECT, group: '' },
];

/**
 * As many connections as are replaced also come and go between two frames, announced by the log alone; all that close
 * move a last part that only the totals show.
 */
export function createCrowd({ size, churn, moving, hosts, clients, startedAt }: CrowdOptions): Crowd {
  const random = createRandom(`crowd of ${size}`);
  const totals = { upload: 0, download: 0 };
  let distinct = 0;

  const open = (openedAt: number): Open => {
    distinct += 1;
    const host = Math.floor(hosts * random.next() ** 3);
    const client = random.whole(0, clients - 1);
    const { node, group } = random.pick(TARGETS);
    const rest = { bytes: 0, from: openedAt, until: openedAt };
    return {
      connection: {
        id: random.uuid(),
        network: 'tcp',
        type: 'Socks5',
        sourceIP: `192.168.${client >> 8}.${client & 255}`,
        sourcePort: random.whole(32_768, 60_999),
        process: `program-${client % 40}`,
        inboundUser: client % 3 === 0 ? 'alice' : '',
        host: `www.site-${host}.example`,
        address: `198.51.${host % 100}.${host % 250}`,
        port: 443,
        rule: 'DomainSuffix',
        rulePayload: `site-${host % 30}.example`,
        node,
        group,
        openedAt,
        nanoseconds: random.whole(0, 999_999),
        closesAt: Infinity,
        upload: rest,
        download: rest,
        counted: true,
        announced: true,
      },
      upload: 0,
      download: 0,
    };
  };
  const move = (connection: Open): void => {
    const upload = random.whole(100, 3000);
    const download = random.whole(500, 60_000);
    connection.upload += upload;
    connection.download += download;
    totals.upload += upload;
    totals.download += download;
  };

  const connections = Array.from({ length: size }, () => open(startedAt));
  let before = startedAt;
  return {
    next(at) {
      const log: string[] = [];
      for (let replaced = 0; replaced < size * churn; replaced += 1) {
        const index = random.whole(0, size - 1);
        const closing = connections[index];
        if (closing !== undefined) move(closing);
        const unseen = open(Math.floor(random.between(before, at)));
        move(unseen);
        const fresh = open(Math.floor(random.between(before, at)));
        move(fresh);
        connections[index] = fresh;
        log.push(announcement(unseen.connection), announcement(fresh.connection));
      }
      before = at;
      for (const connection of connections) if (random.next() < moving) move(connection);
      const message = Buffer.from(connectionMessage(totals, connections, 0));
      return { message, log, totals: { ...totals }, distinct };
    },
  };
}

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
