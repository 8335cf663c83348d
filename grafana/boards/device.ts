import type { Translate } from '../../core/language.ts';
import type { Board } from '../board.ts';
import { connectionsPane, interfacesPane, kernelTotalPane, startsPane } from '../topics/device.ts';
import { deviceClassesPane, presencePane } from '../topics/devices.ts';
import { dimensionPane } from '../topics/dimensions.ts';
import { nodeRatePane, nodeTablePane } from '../topics/nodes.ts';
import { ratePane, todayPane } from '../topics/usage.ts';

/** One device, or the few that were chosen, in depth. */
export function device(translate: Translate): Board {
  return {
    name: 'device',
    title: translate({ zh: '设备', en: 'Devices' }),
    description: translate({
      zh: '一台设备在做什么：在线、速率、节点、应用、域名。',
      en: 'What a device does: presence, rate, nodes, apps, hosts.',
    }),
    shown: ['instance'],
    from: 'now-24h',
    rows: [
      [todayPane(translate, 16, 4), kernelTotalPane(translate, 8, 4)],
      [presencePane(translate, 10, 6), startsPane(translate, 14, 6)],
      [ratePane(translate, 12, 8), nodeRatePane(translate, [], 12, 8)],
      [nodeTablePane(translate, [], 14, 9), deviceClassesPane(translate, 10, 9)],
      [dimensionPane(translate, 'process', [], 12, 9), dimensionPane(translate, 'host', [], 12, 9)],
      [connectionsPane(translate, 12, 8), interfacesPane(translate, 12, 8)],
    ],
  };
}
