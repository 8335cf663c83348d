import { domainOf } from '../../exporter/host/node-domains.ts';
import { decodeCatalog } from '../../exporter/kernel/catalog.ts';
import { createFrameDecoder } from '../../exporter/kernel/decoder/frame-decoder.ts';
import { parseOpenedConnection } from '../../exporter/kernel/decoder/messages.ts';
import { createLedger } from '../../exporter/ledger/ledger.ts';
import { newProcessCounters, renderMetrics } from '../../exporter/push/metrics.ts';
import { catalogAnswers } from '../../simulator/kernel/catalog-answers.ts';
import { generateHousehold } from '../../simulator/kernel/kernel-source.ts';
import { LOCAL_NODES } from '../accounting/scenario.ts';

const FRAME_MS = 1000;
const FRAMES_OF_PUSH = 10;
/** Sections of the household's day before its first push: by then it has met most of the names it will. */
const WARM_UP_FRAMES = 600;

/**
 * What one device pushes, one after the other: the exposition texts of a real ledger that watches a simulated
 * household, ten seconds apart, from its eleventh minute on.
 *
 * @param count how many pushes
 */
export async function devicePushes(count: number): Promise<string[]> {
  const seconds = (WARM_UP_FRAMES + count * FRAMES_OF_PUSH) * (FRAME_MS / 1000);
  const { frames, logs } = generateHousehold({ seed: 'a', shape: 'household', seconds, frameEvery: FRAME_MS });
  const answers = catalogAnswers(frames[0]?.at ?? 0);
  const catalog = decodeCatalog(JSON.parse(answers.proxies), JSON.parse(answers.providers));
  const ledger = createLedger({ localNodes: LOCAL_NODES, domainOf, familyCap: 50 });
  ledger.setLogsAvailable(true);
  const decoder = createFrameDecoder();
  const own = newProcessCounters(frames[0]?.at ?? 0);
  const texts: string[] = [];
  let next = 0;
  for (const [index, { at, message }] of frames.entries()) {
    if (texts.length === count) break;
    for (let line = logs[next]; line !== undefined && line.at <= at; next += 1, line = logs[next]) {
      const opening = parseOpenedConnection(line.payload, line.at, catalog.has);
      if (opening !== undefined) ledger.noteConnectionOpened(opening);
    }
    const begun = performance.now();
    ledger.apply(decoder.decode(Buffer.from(message), at), catalog);
    const took = (performance.now() - begun) / 1000;
    own.frames += 1;
    own.frameSeconds += took;
    for (const bucket of own.buckets) if (took <= bucket.le) bucket.frames += 1;
    if (index < WARM_UP_FRAMES || index % FRAMES_OF_PUSH !== 0) continue;
    const { kernel } = ledger.counters();
    own.pushes.set('accepted', texts.length + 1);
    texts.push(
      renderMetrics(
        {
          counters: ledger.counters(),
          interfaces: (['tun', 'uplink'] as const).flatMap((role) =>
            (['upload', 'download'] as const).map((direction) => ({
              interface: role === 'tun' ? 'Meta' : 'eth0',
              role,
              direction,
              bytes: kernel[direction],
            })),
          ),
          kernelUp: true,
          kernelVersion: 'v1.19.16',
          logsUp: true,
          reload: { successful: true, succeededAt: 0 },
        },
        own,
      ),
    );
  }
  return texts;
}

/** How many series a push holds. */
export function countSeries(text: string): number {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
}

/** The same push of another device: other hosts and other addresses, the same nodes. */
export function asDevice(text: string, device: number): string {
  return text.replaceAll(/\b(host|source)="/g, `$1="${device}-`);
}
