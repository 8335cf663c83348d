import type { Binaries } from '../stack/binaries.ts';
import { findPrometheus3 } from '../tools/prometheus3-programs.ts';
import { CACHE_FOLDER } from './cache-folder.ts';

export interface PrometheusVersion {
  readonly version: string;
  /** What takes the place of Debian's programs. */
  readonly programs: Partial<Binaries>;
}

/** Debian's Prometheus 2, and Prometheus 3 where it was built; what did not run is said. */
export async function prometheusVersions(): Promise<readonly PrometheusVersion[]> {
  const three = await findPrometheus3(CACHE_FOLDER);
  if (three === undefined) {
    process.stderr.write('\nDID NOT RUN on Prometheus 3: "npm run prometheus3" builds it, in some ten minutes\n\n');
  }
  return [
    { version: 'Prometheus 2', programs: {} },
    ...(three === undefined ? [] : [{ version: 'Prometheus 3', programs: { ...three } }]),
  ];
}
