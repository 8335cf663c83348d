import { writeFileSync } from 'node:fs';
import { metricsPage } from './metrics-page.ts';

// Writes the pages of docs/ that are made from code.
writeFileSync(new URL('../docs/metrics.md', import.meta.url), metricsPage());
