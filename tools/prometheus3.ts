import { fileURLToPath } from 'node:url';
import { printGoModule } from './go-module.ts';
import { PROMETHEUS3 } from './prometheus3-programs.ts';

// Has Prometheus 3 for the tests, which run on Debian's Prometheus 2 anyway. Building it takes some ten minutes.
await printGoModule('Prometheus 3', PROMETHEUS3, fileURLToPath(new URL('../.cache', import.meta.url)));
