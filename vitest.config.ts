import { defineConfig } from 'vitest/config';

interface Tier {
  readonly name: string;
  readonly order: number;
  readonly maxWorkers: number;
  readonly testTimeout: number;
  /** Uses the run's PostgreSQL server. */
  readonly database: boolean;
}

/** Cheap tiers first; those that start servers run few files at a time, for a machine of two cores. */
const tiers: readonly Tier[] = [
  { name: 'unit', order: 0, maxWorkers: 2, testTimeout: 30_000, database: false },
  { name: 'policy', order: 1, maxWorkers: 2, testTimeout: 60_000, database: false },
  { name: 'db', order: 2, maxWorkers: 2, testTimeout: 120_000, database: true },
  { name: 'workflow', order: 3, maxWorkers: 1, testTimeout: 180_000, database: true },
  { name: 'e2e', order: 4, maxWorkers: 1, testTimeout: 300_000, database: true },
  { name: 'fault', order: 5, maxWorkers: 1, testTimeout: 420_000, database: true },
];

export default defineConfig({
  test: {
    reporters: process.env['WAYBILL_TALLY'] === undefined ? ['default'] : ['default', './test/support/tally-reporter.ts'],
    projects: tiers.map(({ name, order, maxWorkers, testTimeout, database }) => ({
      extends: true as const,
      test: {
        name,
        include: [`test/${name}/**/*.test.ts`],
        pool: 'forks' as const,
        maxWorkers,
        sequence: { groupOrder: order },
        testTimeout,
        hookTimeout: testTimeout,
        teardownTimeout: 60_000,
        ...(database ? { globalSetup: ['./test/support/global-database.ts'] } : {}),
      },
    })),
  },
});
