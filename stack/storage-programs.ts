import { resolve } from 'node:path';
import type { Binaries } from './binaries.ts';
import { answers, type ProcessSpec } from './process.ts';

/** One program of the Prometheus family on loopback, with every path inside a folder of its own. */
export interface ProgramPlace {
  readonly binaries: Binaries;
  readonly port: number;
  /** Its data; each program needs another one. */
  readonly folder: string;
  readonly logFile: string;
}

export interface ConfiguredPlace extends ProgramPlace {
  readonly configFile: string;
}

const LOOPBACK = '127.0.0.1';

/**
 * Pushgateway. The gateway in front guarantees what Pushgateway's own check of every push against all groups would,
 * at a cost that does not grow with the number of devices.
 */
export function pushgatewaySpec({ binaries, port, folder, logFile }: ProgramPlace): ProcessSpec {
  return {
    name: 'Pushgateway',
    command: binaries.pushgateway,
    args: [
      `--web.listen-address=${LOOPBACK}:${port}`,
      `--persistence.file=${resolve(folder, 'pushgateway.data')}`,
      '--persistence.interval=1m',
      '--push.disable-consistency-check',
    ],
    logFile,
    ready: answers(`http://${LOOPBACK}:${port}/-/ready`),
  };
}

/** Prometheus, keeping 400 days (a year and a billing cycle), bounded by size. */
export function prometheusSpec({ binaries, port, folder, logFile, configFile }: ConfiguredPlace): ProcessSpec {
  return {
    name: 'Prometheus',
    command: binaries.prometheus,
    args: [
      `--config.file=${resolve(configFile)}`,
      `--web.listen-address=${LOOPBACK}:${port}`,
      `--storage.tsdb.path=${resolve(folder, 'tsdb')}`,
      '--storage.tsdb.retention.time=400d',
      '--storage.tsdb.retention.size=8GB',
      `--web.console.templates=${resolve(folder, 'consoles')}`,
      `--web.console.libraries=${resolve(folder, 'console_libraries')}`,
    ],
    logFile,
    ready: answers(`http://${LOOPBACK}:${port}/-/ready`),
  };
}

export function alertmanagerSpec({ binaries, port, folder, logFile, configFile }: ConfiguredPlace): ProcessSpec {
  return {
    name: 'Alertmanager',
    command: binaries.alertmanager,
    args: [
      `--config.file=${resolve(configFile)}`,
      `--web.listen-address=${LOOPBACK}:${port}`,
      `--storage.path=${resolve(folder, 'data')}`,
      // One Alertmanager alone: no gossip port.
      '--cluster.listen-address=',
    ],
    logFile,
    ready: answers(`http://${LOOPBACK}:${port}/-/ready`),
  };
}
