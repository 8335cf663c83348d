import type { Board } from '../board.ts';
import type { Say } from '../language.ts';
import { connectionsPane, interfacesPane, kernelTotalPane, startsPane } from '../topics/device.ts';
import { deviceClassesPane, presencePane } from '../topics/devices.ts';
import { dimensionPane } from '../topics/dimensions.ts';
import { nodeRatePane, nodeTablePane } from '../topics/nodes.ts';
import { ratePane, todayPane } from '../topics/usage.ts';

/** One device, or the few that were chosen, in depth. */
export function device(say: Say): Board {
  return {
    name: 'device',
    title: say('设备', 'Devices'),
    description: say(
      '一台设备在做什么：在线、速率、节点、应用、域名。',
      'What a device does: presence, rate, nodes, apps, hosts.',
    ),
    shown: ['instance'],
    from: 'now-24h',
    rows: [
      [todayPane(say, 16, 4), kernelTotalPane(say, 8, 4)],
      [presencePane(say, 10, 6), startsPane(say, 14, 6)],
      [ratePane(say, 12, 8), nodeRatePane(say, [], 12, 8)],
      [nodeTablePane(say, [], 14, 9), deviceClassesPane(say, 10, 9)],
      [dimensionPane(say, 'process', [], 12, 9), dimensionPane(say, 'host', [], 12, 9)],
      [connectionsPane(say, 12, 8), interfacesPane(say, 12, 8)],
    ],
  };
}
