import { configDefaults, defineConfig } from 'vitest/config';

const exclude = [...configDefaults.exclude, '.cache/**'];
/** Tests that start real programs or built bundles; all others need neither. */
const acrossProcesses = ['test/**/*.test.ts', 'stack/**/*.test.ts', 'prometheus/**/*.test.ts'];

export default defineConfig({
  test: {
    reporters: ['default', './tools/count-reporter.ts'],
    setupFiles: ['./tools/property-seed.ts', './tools/patience.ts', './tools/temporary-folder.ts'],
    // Patience only: on a machine with other work a program may take many times as long to start.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // By default one core is left out, which on two cores is half of them; tests across processes mostly wait.
    maxWorkers: '100%',
    // Modules keep no state of their own, and loading them again for each file took longer than the tests in it.
    isolate: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: [...exclude, ...acrossProcesses],
        },
      },
      { extends: true, test: { name: 'fixtures', include: ['test/**/*.fixtures.ts'] } },
      { extends: true, test: { name: 'scale', include: ['test/**/*.scale.ts'] } },
      {
        extends: true,
        test: { name: 'soak', include: ['test/**/*.soak.ts'], globalSetup: ['./test/global-setup.ts'] },
      },
      {
        extends: true,
        test: { name: 'system', include: acrossProcesses, exclude, globalSetup: ['./test/global-setup.ts'] },
      },
    ],
  },
});
