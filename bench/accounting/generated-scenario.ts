import type { Dimension } from '../../core/metric-contract.ts';
import { decodeCatalog } from '../../exporter/kernel/catalog.ts';
import { hostKey, NO_KEY } from '../../exporter/ledger/attribution.ts';
import type { Cut, TruthDimension } from '../../simulator/household/truth.ts';
import type { WorkloadShape } from '../../simulator/household/workload.ts';
import { catalogAnswers } from '../../simulator/kernel/catalog-answers.ts';
import { generateHousehold } from '../../simulator/kernel/generate-household.ts';
import { livesSimulated } from './connection-life.ts';
import { bytesBy } from './misattribution.ts';
import type { Scenario } from './scenario.ts';

const DIMENSION_OF_CUT: readonly (readonly [Dimension, TruthDimension])[] = [
  ['group', 'group'],
  ['rule', 'rule'],
  ['process', 'process'],
  ['source', 'source'],
  ['host', 'host'],
  ['inbound_user', 'inboundUser'],
];

/** A run of the simulated kernel, with a frame every 100 ms. */
export function generateScenario(shape: WorkloadShape, seconds: number, seed: string): Scenario {
  const { frames, logs, truth, totals, connections } = generateHousehold({ seed, shape, seconds, frameEvery: 100 });
  const answers = catalogAnswers(frames[0]?.at ?? 0);
  const cut = (name: TruthDimension) => Object.entries(truth.by[name]);
  const down = ([, { download }]: [string, Cut[string]]): number => download;
  return {
    name: `${shape} ${seconds} s ${seed}`,
    messages: frames.map(({ at, message }) => ({ t: at, text: message })),
    log: logs.map(({ at, payload }) => ({ t: at, payload })),
    catalog: decodeCatalog(JSON.parse(answers.proxies), JSON.parse(answers.providers)),
    truth: {
      total: totals.download,
      byClass: bytesBy(cut('class'), ([name]) => name, down),
      byNode: bytesBy(
        truth.nodes.filter(({ counted }) => counted),
        ({ node }) => node,
        ({ download }) => download,
      ),
      byDimension: new Map(
        DIMENSION_OF_CUT.map(([dimension, name]) => {
          const keyOf = ([key]: [string, unknown]): string =>
            dimension === 'host' ? hostKey(key) : key === '' ? NO_KEY : key;
          return [dimension, bytesBy(cut(name), keyOf, down)];
        }),
      ),
    },
    lives: livesSimulated(connections),
  };
}
