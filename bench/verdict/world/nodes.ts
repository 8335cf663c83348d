import type { Random } from '../../../simulator/random.ts';
import type { NodeDraft } from './draft.ts';

const PLACES = ['香港', '日本', '新加坡', '美国', '台湾', '韩国', 'HK', 'JP', 'US', 'SG'];
/** How names tell a multiplier. */
const SIGNS: readonly ((multiplier: number) => string)[] = [
  (multiplier) => ` | ${multiplier}x`,
  (multiplier) => ` ${multiplier}X 专线`,
  (multiplier) => ` ${multiplier}倍`,
  (multiplier) => ` x${multiplier}`,
  (multiplier) => ` 倍率:${multiplier.toFixed(1)}`,
];

/** Nodes that bill what their names say. */
export function drawNodes(random: Random, airport: string): NodeDraft[] {
  const sign = random.pick(SIGNS);
  return Array.from({ length: random.whole(2, 8) }, (_, index) => {
    const { value } = random.weighted([
      { value: 1, weight: 6 },
      { value: 2, weight: 1 },
      { value: 1.5, weight: 1 },
      { value: 0.5, weight: 1 },
      { value: 0.1, weight: 0.3 },
      { value: 3, weight: 0.3 },
    ]);
    const place = `${random.pick(PLACES)} ${airport.slice(-1)}${String(index + 1).padStart(2, '0')}`;
    return { name: value === 1 ? place : place + sign(value), rate: () => value, told: value };
  });
}
