import type { Random } from '../../../simulator/random.ts';
import type { NodeDraft } from './draft.ts';

const PLACES = ['香港', '日本', '新加坡', '美国', '台湾', '韩国', 'HK', 'JP', 'US', 'SG'];
/** How names tell a multiplier. */
const SIGNS: readonly ((place: string, number: string, multiplier: number) => string)[] = [
  (place, number, multiplier) => `${place} ${number} | ${multiplier}x`,
  (place, number, multiplier) => `${place} ${number} ${multiplier}X 专线`,
  (place, number, multiplier) => `${place} ${number} ${multiplier}倍`,
  (place, number, multiplier) => `${place} ${number} IEPL x${multiplier}`,
  (place, number, multiplier) => `${place} 倍率:${multiplier.toFixed(1)} ${number}`,
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
    const [place, number] = [random.pick(PLACES), `${airport.slice(-1).toUpperCase()}${index + 1}`];
    const name = value === 1 ? `${place} ${number}` : sign(place, number, value);
    return { name, rate: () => value, told: value };
  });
}
