import type { Translate } from '../../core/language.ts';
import { KERNEL_BYTES } from '../../core/metric-contract.ts';
import { PLAIN } from '../palette.ts';
import { stat } from '../panels/figures.ts';
import { lines } from '../panels/graphs.ts';
import { type Pane, steps } from '../panels/pane.ts';
import { table } from '../panels/tables.ts';
import { now, trace } from '../panels/target.ts';
import { select } from '../promql/select.ts';
import { BY_DEVICE, fresh, overRange } from '../promql/sums.ts';

export function connectionsPane(translate: Translate, width: number, height: number): Pane {
  return lines({
    title: translate({ zh: '连接与内存', en: 'Connections and memory' }),
    description: translate({
      zh: '打开的连接数（左轴）与内核内存（右轴）；沉默期间不显示。',
      en: 'Open connections (left) and memory of the kernel (right); not shown while a device is silent.',
    }),
    unit: 'short',
    min: 0,
    size: [width, height],
    targets: [
      trace(
        `sum ${BY_DEVICE} (${fresh(select('flowcollect_kernel_connections'))})`,
        translate({ zh: '{{instance}} 连接', en: '{{instance}} connections' }),
      ),
      trace(
        `sum ${BY_DEVICE} (${fresh(select('flowcollect_kernel_memory_bytes'))})`,
        translate({ zh: '{{instance}} 内存', en: '{{instance}} memory' }),
      ),
    ],
    coloring: 'by series',
    overrides: [
      {
        of: { target: 'B' },
        properties: [
          { id: 'unit', value: 'bytes' },
          { id: 'custom.axisPlacement', value: 'right' },
          { id: 'custom.lineStyle', value: { fill: 'dash', dash: [6, 4] } },
        ],
      },
    ],
    legendCalcs: ['lastNotNull', 'max'],
  });
}

/** The kernel's own total over the range, the figure that the classes add up to. */
export function kernelTotalPane(translate: Translate, width: number, height: number): Pane {
  return stat({
    title: translate({ zh: '内核总量', en: 'Kernel total' }),
    description: translate({
      zh: '所选时间内内核计数的全部字节，跨重启连续。',
      en: 'All bytes that the kernel counted in the range shown, continuous over its restarts.',
    }),
    unit: 'bytes',
    decimals: 2,
    size: [width, height],
    targets: [
      now(`sum(${overRange(select(KERNEL_BYTES, 'direction="download"'))})`, translate({ zh: '下行', en: 'Download' })),
      now(`sum(${overRange(select(KERNEL_BYTES, 'direction="upload"'))})`, translate({ zh: '上行', en: 'Upload' })),
    ],
    coloring: { fixed: PLAIN },
    names: true,
    noValue: translate({ zh: '暂无数据', en: 'No data yet' }),
  });
}

/** When things began, and which versions run. */
export function startsPane(translate: Translate, width: number, height: number): Pane {
  return table({
    title: translate({ zh: '版本与启动', en: 'Versions and starts' }),
    description: translate({
      zh: '采集器的版本、启动时间与内核重启次数（所选时间内）。',
      en: 'Version and start of the exporter, and restarts of the kernel in the range shown.',
    }),
    size: [width, height],
    keys: [{ label: 'instance', name: translate({ zh: '设备', en: 'Device' }) }],
    columns: [
      {
        name: translate({ zh: '采集器启动', en: 'Exporter started' }),
        expr: `max ${BY_DEVICE} (${fresh(select('flowcollect_exporter_start_time_seconds'))}) * 1000`,
        unit: 'dateTimeAsIso',
      },
      {
        name: translate({ zh: '内核重启', en: 'Kernel restarts' }),
        expr: `sum ${BY_DEVICE} (${overRange(select('flowcollect_kernel_restarts_total'))})`,
        unit: 'short',
      },
    ],
    sortBy: translate({ zh: '采集器启动', en: 'Exporter started' }),
    coloring: steps(PLAIN),
    noValue: '–',
  });
}

/** The TUN device and the uplink beside the kernel: a second witness, and what bypasses the kernel. */
export function interfacesPane(translate: Translate, width: number, height: number): Pane {
  const metric = 'flowcollect_interface_bytes_total';
  return lines({
    title: translate({ zh: '网卡', en: 'Interfaces' }),
    description: translate({
      zh: 'TUN 与上联网卡每秒字节数，与内核相比；上联多出来的没有经过内核。没有网卡数据的系统只显示内核。',
      en: 'Bytes a second of the TUN device and the uplink beside the kernel; the surplus of the uplink bypasses the kernel. Where interfaces cannot be read, only the kernel is shown.',
    }),
    unit: 'binBps',
    min: 0,
    size: [width, height],
    targets: [
      trace(`sum by (role, interface) (rate(${select(metric)}[$__rate_interval]))`, '{{role}} {{interface}}'),
      trace(`sum(rate(${select(KERNEL_BYTES)}[$__rate_interval]))`, translate({ zh: '内核', en: 'kernel' })),
    ],
    coloring: 'by series',
    legendCalcs: ['lastNotNull', 'max'],
  });
}
