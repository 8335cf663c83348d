import { answers, type ProcessSpec } from '../stack/processes.ts';
import { ensureGoProgram, type GoProgram } from './go-program.ts';

/** As in docker-compose.yml. */
export const LABEL_PROXY_VERSION = 'v0.9.0';

/** prom-label-proxy from the cache, which Go fills from the released module where it is installed. */
export const ensureLabelProxy = (): Promise<GoProgram> =>
  ensureGoProgram('prom-label-proxy', 'github.com/prometheus-community/prom-label-proxy', LABEL_PROXY_VERSION);

/** prom-label-proxy as docker-compose.yml runs it, on loopback. */
export function labelProxySpec(path: string, port: number, prometheus: string, logFile: string): ProcessSpec {
  return {
    name: 'prom-label-proxy',
    command: path,
    args: [
      `-insecure-listen-address=127.0.0.1:${port}`,
      `-upstream=${prometheus}`,
      '-label=user',
      '-header-name=X-FlowCollect-User',
      '-enable-label-apis',
    ],
    logFile,
    ready: answers(`http://127.0.0.1:${port}/healthz`),
  };
}
