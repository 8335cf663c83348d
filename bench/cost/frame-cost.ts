import { z } from 'zod';
import { decodeCatalog } from '../../exporter/kernel/catalog.ts';
import { createFrameDecoder } from '../../exporter/kernel/frame-message.ts';
import { parseBirth } from '../../exporter/kernel/log-line.ts';
import { createLedger } from '../../exporter/ledger/ledger.ts';
import { catalogAnswers } from '../../simulator/kernel/catalog-answers.ts';
import { median } from '../accounting/misattribution.ts';
import { createCrowd } from './crowd.ts';

export interface FrameCostRequest {
  /** Open connections. */
  readonly size: number;
  /** The share of them that moves bytes each second. */
  readonly moving: number;
  /** Frames that are measured, after a tenth of them as warm-up. */
  readonly frames: number;
}

/** Milliseconds a frame, medians. */
export interface FrameCost {
  readonly parse: number;
  readonly account: number;
  /** Σ account / Σ parse, with what the collection of garbage adds to each. */
  readonly ratioOfSums: number;
}

const Request = z.object({ size: z.number(), moving: z.number(), frames: z.number() });
const CHURN = 0.02;

/**
 * Times, for each of many successive frames, a bare `JSON.parse` of the message and decoding plus accounting it, in
 * turns, so that both see the same machine.
 */
export async function frameCostProbe(input: unknown): Promise<FrameCost> {
  const { size, moving, frames } = Request.parse(input);
  const crowd = createCrowd({ size, churn: CHURN, moving, hosts: 2000, clients: 100, startedAt: 0 });
  const catalog = decodeCatalog(JSON.parse(catalogAnswers(0).proxies));
  const decoder = createFrameDecoder();
  const ledger = createLedger({ localNodes: ['ua3f'], familyCap: 50 });
  const parse: number[] = [];
  const account: number[] = [];
  const warmUp = Math.ceil(frames / 10);
  let read = 0;
  for (let turn = 1; turn <= warmUp + frames; turn += 1) {
    const at = turn * 1000;
    const { message, log } = crowd.next(at);
    for (const payload of log) {
      const birth = parseBirth(payload, at - 500, catalog.has);
      if (birth !== undefined) ledger.noteBirth(birth);
    }
    const timed = {
      parse: () => {
        read += (JSON.parse(message) as { connections: readonly unknown[] }).connections.length;
      },
      account: () => {
        ledger.apply(decoder.decode(message, at), catalog);
      },
    };
    // In turns first, so that neither always finds the caches warm.
    const order = turn % 2 === 0 ? (['parse', 'account'] as const) : (['account', 'parse'] as const);
    for (const each of order) {
      const began = performance.now();
      timed[each]();
      const took = performance.now() - began;
      if (turn > warmUp) (each === 'parse' ? parse : account).push(took);
    }
  }
  if (read !== size * (warmUp + frames)) throw new Error('the crowd has not kept its size');
  const sum = (values: readonly number[]): number => values.reduce((total, each) => total + each, 0);
  return { parse: median(parse), account: median(account), ratioOfSums: sum(account) / sum(parse) };
}
