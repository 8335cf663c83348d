import type { GoModule } from './go-module.ts';

/** Prometheus 3.15, which docker-compose.yml runs, as its Go module is called. */
export const PROMETHEUS3: GoModule<'promtool' | 'prometheus'> = {
  path: 'github.com/prometheus/prometheus',
  version: 'v0.315.0',
  programs: ['promtool', 'prometheus'],
  folder: 'prometheus',
};
