import { chance, logUniform } from '../world/chance.ts';
import type { Change, NodeDraft } from '../world/draft.ts';
import { isEvening } from '../world/use.ts';

const fixed = (node: NodeDraft, rate: number): void => {
  node.rate = () => rate;
};

/** Nodes whose names tell nothing, and which the airport multiplies. */
export const untoldMultipliers: Change = (draft, random) => {
  for (const { nodes, name } of draft.airports) {
    const share = random.between(0.2, 1);
    for (const [index, node] of nodes.entries()) {
      if (index > 0 && !chance(random, share)) continue;
      node.name = plainName(node.name, name, index);
      node.told = 1;
      fixed(node, Math.round(logUniform(random, 0.3, 3) * 10) / 10);
    }
  }
};

/** A price that is another in the evening, which the settings tell as a range or nobody does. */
export const hourlyMultipliers: Change = (draft, random) => {
  for (const airport of draft.airports) {
    const told = chance(random, 0.4);
    const dearer = random.pick([1.5, 2, 0.5]);
    const rules: string[] = [];
    for (const [index, node] of airport.nodes.entries()) {
      if (index > 0 && !chance(random, 0.6)) continue;
      const usual = node.told;
      const evening = usual * dearer;
      node.rate = (at) => (isEvening(at) ? evening : usual);
      if (!told) continue;
      const [low, high] = [Math.min(usual, evening), Math.max(usual, evening)];
      rules.push(`${node.name}=${low}-${high}`);
      node.told = (low + high) / 2;
    }
    if (rules.length > 0) airport.settings.push(`Multipliers = ${rules.join(', ')}`);
  }
};

/** Names that tell a multiplier which the airport does not, or does no longer, charge. */
export const misreadNames: Change = (draft, random) => {
  for (const { nodes, name } of draft.airports) {
    for (const [index, node] of nodes.entries()) {
      if (index > 0 && !chance(random, 0.5)) continue;
      const said = random.pick([2, 0.5, 1.5, 3, 0.2]);
      node.name = `${plainName(node.name, name, index)} | ${said}x`;
      node.told = said;
      fixed(node, random.pick([1, 1, 1, said * 1.5]));
    }
  }
};

/** The name of a node of an airport without what tells its multiplier. */
function plainName(name: string, airport: string, index: number): string {
  return `${name.split(' ')[0]} ${airport.slice(-1).toUpperCase()}${index + 1}`;
}
