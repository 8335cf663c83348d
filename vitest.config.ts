import { configDefaults, defineConfig } from 'vitest/config';

const exclude = [...configDefaults.exclude, '.cache/**'];
/** Tests that start real programs or built bundles; all others need neither. */
const acrossProcesses = ['test/**/*.test.ts', 'stack/**/*.test.ts', 'prometheus/**/*.test.ts'];

export default defineConfig({
  test: {
    reporters: ['default', './tools/count-reporter.ts'],
    setupFiles: ['./tools/property-seed.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: [...exclude, ...acrossProcesses],
          // Modules keep no state of their own: loading them anew for each file took longer than the tests.
          isolate: false,
        },
      },
      { extends: true, test: { name: 'fixtures', include: ['test/**/*.fixtures.ts'] } },
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
