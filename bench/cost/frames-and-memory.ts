import { domainOf } from '../../exporter/host/node-domains.ts';
import { decodeCatalog } from '../../exporter/kernel/catalog.ts';
import { createFrameDecoder } from '../../exporter/kernel/decoder/frame-decoder.ts';
import { parseOpenedConnection } from '../../exporter/kernel/decoder/messages.ts';
import { createLedger } from '../../exporter/ledger/ledger.ts';
import { newProcessCounters, renderMetrics } from '../../exporter/push/metrics.ts';
import { catalogAnswers } from '../../simulator/kernel/catalog-answers.ts';
import { median } from '../accounting/misattribution.ts';
import { createCrowd } from './crowd.ts';

export interface FrameCostRequest {
  /** Open connections. */
  readonly size: number;
  /** The share of them that moves bytes between two frames. */
  readonly moving: number;
  /** Blocks that are measured, after a tenth of them as warm-up. */
  readonly blocks: number;
}

export interface FrameCost {
  /** Milliseconds a frame, medians of blocks. */
  readonly parse: number;
  readonly account: number;
  /** account / parse, the median over blocks. */
  readonly ratio: number;
}

const CHURN = 0.02;
/** Frames of a block: enough that garbage is mostly collected at the expense of whoever left it. */
const BLOCK = 10;

/**
 * Times bare `JSON.parse` of the messages of a block, and decoding plus accounting the same messages, in turns over
 * many blocks of successive frames, so that both see the same machine.
 */
export async function frameCostProbe(input: unknown): Promise<FrameCost> {
  const { size, moving, blocks } = input as FrameCostRequest;
  const crowd = createCrowd({ size, churn: CHURN, moving, hosts: 2000, clients: 100, startedAt: 0 });
  const catalog = decodeCatalog(JSON.parse(catalogAnswers(0).proxies));
  const decoder = createFrameDecoder();
  const ledger = createLedger({ localNodes: ['ua3f'], domainOf, familyCap: 50 });
  const parse: number[] = [];
  const account: number[] = [];
  const warmUp = Math.ceil(blocks / 10);
  let at = 0;
  let read = 0;
  for (let block = 0; block < warmUp + blocks; block += 1) {
    const frames = Array.from({ length: BLOCK }, () => {
      at += 1000;
      const { message, log } = crowd.next(at);
      const openings = log.flatMap((payload) => parseOpenedConnection(payload, at - 500, catalog.has) ?? []);
      return { at, message, text: message.toString(), openings };
    });
    const parsed = millisecondsOf(() => {
      for (const { text } of frames) {
        read += (JSON.parse(text) as { connections: readonly unknown[] }).connections.length;
      }
    });
    const accounted = millisecondsOf(() => {
      for (const frame of frames) {
        for (const opening of frame.openings) ledger.noteConnectionOpened(opening);
        ledger.apply(decoder.decode(frame.message, frame.at), catalog);
      }
    });
    if (block < warmUp) continue;
    parse.push(parsed / BLOCK);
    account.push(accounted / BLOCK);
  }
  if (read !== size * BLOCK * (warmUp + blocks)) throw new Error('the crowd has not kept its size');
  const ratio = median(account.map((each, index) => each / (parse[index] ?? Number.NaN)));
  return { parse: median(parse), account: median(account), ratio };
}

function millisecondsOf(work: () => void): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}

/** One measurement of the heap after everything that is garbage was collected. */
export interface HeapMark {
  readonly distinct: number;
  /** Bytes. */
  readonly heapUsed: number;
}

/**
 * What decoder, ledger and metrics hold on to as connections come and go by the thousand, to 20,000 hosts, from 300
 * addresses; the heap is read after so many different connections. Needs `--expose-gc`.
 */
export async function memoryProbe(input: unknown): Promise<HeapMark[]> {
  const { marks } = input as { readonly marks: readonly number[] };
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('the memory probe needs --expose-gc');
  const crowd = createCrowd({ size: 1000, churn: 0.1, moving: 0.5, hosts: 20_000, clients: 300, startedAt: 0 });
  const catalog = decodeCatalog(JSON.parse(catalogAnswers(0).proxies));
  const decoder = createFrameDecoder();
  const ledger = createLedger({ localNodes: ['ua3f'], domainOf, familyCap: 50 });
  const own = newProcessCounters(0);
  const heap: HeapMark[] = [];
  for (let turn = 1; heap.length < marks.length; turn += 1) {
    const at = turn * 1000;
    const { message, log, distinct } = crowd.next(at);
    for (const opening of log.flatMap((payload) => parseOpenedConnection(payload, at - 500, catalog.has) ?? []))
      ledger.noteConnectionOpened(opening);
    ledger.apply(decoder.decode(message, at), catalog);
    // A push every ten seconds.
    if (turn % 10 === 0) {
      const moment = {
        interfaces: [],
        kernelUp: true,
        kernelVersion: 'v1',
        logsUp: true,
        reload: { successful: true, succeededAt: 0 },
      };
      renderMetrics({ ...moment, counters: ledger.counters() }, own);
      ledger.state();
    }
    if (distinct < (marks[heap.length] ?? Infinity)) continue;
    // Twice: what a finalizer lets go of is collected the second time.
    gc();
    gc();
    heap.push({ distinct, heapUsed: process.memoryUsage().heapUsed });
  }
  return heap;
}
