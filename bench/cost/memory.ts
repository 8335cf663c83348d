import { z } from 'zod';
import { decodeCatalog } from '../../exporter/kernel/catalog.ts';
import { createFrameDecoder } from '../../exporter/kernel/decoder/frame-decoder.ts';
import { parseOpenedConnection } from '../../exporter/kernel/streams.ts';
import { createLedger } from '../../exporter/ledger/ledger.ts';
import { createExporterMetrics } from '../../exporter/push/metrics.ts';
import { catalogAnswers } from '../../simulator/kernel/catalog-answers.ts';
import { createCrowd } from './crowd.ts';

const Request = z.object({
  /** Heap is read after so many different connections, in rising order. */
  marks: z.array(z.number()),
});

/** One look at the heap after everything that is garbage was collected. */
export interface HeapMark {
  readonly distinct: number;
  /** Bytes. */
  readonly heapUsed: number;
}

/**
 * What decoder, ledger and metrics hold on to as connections come and go by the thousand, to 20,000 hosts, from 300
 * addresses. Needs `--expose-gc`.
 */
export async function memoryProbe(input: unknown): Promise<HeapMark[]> {
  const { marks } = Request.parse(input);
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('the memory probe needs --expose-gc');
  const crowd = createCrowd({ size: 1000, churn: 0.1, moving: 0.5, hosts: 20_000, clients: 300, startedAt: 0 });
  const catalog = decodeCatalog(JSON.parse(catalogAnswers(0).proxies));
  const decoder = createFrameDecoder();
  const ledger = createLedger({ localNodes: ['ua3f'], familyCap: 50 });
  const metrics = createExporterMetrics(0);
  const heap: HeapMark[] = [];
  for (let turn = 1; heap.length < marks.length; turn += 1) {
    const at = turn * 1000;
    const { message, log, distinct } = crowd.next(at);
    for (const payload of log) {
      const opening = parseOpenedConnection(payload, at - 500, catalog.has);
      if (opening !== undefined) ledger.noteConnectionOpened(opening);
    }
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
      await metrics.render({ ...moment, counters: ledger.counters() });
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
