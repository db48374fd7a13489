import { defineConfig } from 'vitest/config';

/** `unit` needs nothing but Node; `integration` gets one PostgreSQL per run from its global set-up. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'functions/**/*.test.ts',
            'lib/**/*.test.ts',
            'test/architecture/**/*.test.ts',
            'test/{chaos,support,bench}/**/*.test.ts',
          ],
          exclude: ['**/*.integration.test.ts', '**/node_modules/**'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: [
            'functions/**/*.integration.test.ts',
            'lib/**/*.integration.test.ts',
            'test/integration/**/*.test.ts',
            'test/e2e/**/*.test.ts',
          ],
          globalSetup: ['test/support/global-setup.ts'],
          // Two cores, one PostgreSQL: more workers only make each other slower.
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
