import { fileURLToPath } from 'node:url';
import { printGoModule } from './go-module.ts';
import { THANOS } from './thanos-programs.ts';

// Has Thanos for `npm run scale`. Building it takes some four minutes on two cores.
await printGoModule('Thanos', THANOS, fileURLToPath(new URL('../.cache', import.meta.url)));
