import { TRAFFIC_BYTES } from '../../core/metric-contract.ts';
import { type Alert, DEVICE, DURATION, USER } from '../alert.ts';
import type { RuleSettings } from '../rule-settings.ts';

const WEEK = 604_800;
const MIB = 2 ** 20;

/** Seconds since the last push of each device. */
const SILENCE = 'time() - max by (user, instance) (push_time_seconds{job="flowcollect"})';
const moved = (matcher: string): string =>
  `sum by (user, instance) (increase(${TRAFFIC_BYTES}${matcher === '' ? '' : `{${matcher}}`}[1h]))`;

/** What devices push, or do not. Labels are user and instance. */
export function deviceAlerts({ silentAfterSeconds, seriesPerDevice }: RuleSettings): Alert[] {
  return [
    {
      name: 'FlowCollectDeviceSilent',
      // Pushgateway keeps the push time of a device forever: after a week of silence it counts as retired.
      expr: `${SILENCE} > ${silentAfterSeconds}\nand\n${SILENCE} < ${WEEK}`,
      for: '5m',
      severity: 'warning',
      summary: { zh: `设备 ${DEVICE} 已静默`, en: `Device ${DEVICE} is silent` },
      description: {
        zh: `设备 ${DEVICE}（用户 ${USER}）已有 ${DURATION} 没有推送。`,
        en: `Device ${DEVICE} of user ${USER} has not pushed for ${DURATION}.`,
      },
    },
    {
      name: 'FlowCollectKernelUnreachable',
      // What a silent device said last is no news.
      expr: `min by (user, instance) (flowcollect_kernel_up) == 0\nand on (user, instance)\n(${SILENCE} < 120)`,
      for: '10m',
      severity: 'warning',
      summary: { zh: `设备 ${DEVICE} 读不到内核`, en: `Device ${DEVICE} cannot read its kernel` },
      description: {
        zh: `设备 ${DEVICE}（用户 ${USER}）的采集器在推送，但连不上 Mihomo 内核。`,
        en: `The exporter of device ${DEVICE} of user ${USER} pushes, but cannot reach the Mihomo kernel.`,
      },
    },
    {
      name: 'FlowCollectBytesUnattributed',
      expr: `${moved('class="unattributed"')} / ${moved('')} > 0.05\nand\n${moved('')} > ${100 * MIB}`,
      for: '30m',
      severity: 'warning',
      summary: { zh: `设备 ${DEVICE} 有流量无法归属`, en: `Device ${DEVICE} moves bytes that belong to no connection` },
      description: {
        zh: `设备 ${DEVICE}（用户 ${USER}）近一小时有 {{ $value | humanizePercentage }} 的流量无法归到节点。`,
        en: `{{ $value | humanizePercentage }} of the last hour's bytes of device ${DEVICE} of user ${USER} could not be given to a node.`,
      },
    },
    {
      name: 'FlowCollectCounterFell',
      expr: `sum by (user, instance) (resets(${TRAFFIC_BYTES}[1h])) > 0`,
      severity: 'info',
      summary: { zh: `设备 ${DEVICE} 的计数变小了`, en: `Counters of device ${DEVICE} fell` },
      description: {
        zh: `设备 ${DEVICE}（用户 ${USER}）近一小时有 {{ $value }} 次计数回落；这段时间的合计不再精确。`,
        en: `Counters of device ${DEVICE} of user ${USER} fell {{ $value }} times in the last hour; sums over that time are not exact.`,
      },
    },
    {
      name: 'FlowCollectSeriesExplosion',
      expr: `count by (user, instance) ({__name__=~"flowcollect_.+",job="flowcollect"}) > ${seriesPerDevice}`,
      for: '30m',
      severity: 'warning',
      summary: { zh: `设备 ${DEVICE} 的序列过多`, en: `Device ${DEVICE} pushes too many series` },
      description: {
        zh: `设备 ${DEVICE}（用户 ${USER}）有 {{ $value }} 个序列，超过 ${seriesPerDevice}。`,
        en: `Device ${DEVICE} of user ${USER} has {{ $value }} series, more than ${seriesPerDevice}.`,
      },
    },
  ];
}
