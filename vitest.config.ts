import { existsSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

/** The booted systemd of the system tests is made once for all of them. */
const SYSTEM_SETUP = 'test/system/setup.ts'

export default defineConfig({
  test: {
    // In CI an expectation that nobody committed is a failure, not a file to write.
    update: process.env.CI === undefined ? 'new' : 'none',
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            'test/lib/**/*.test.ts',
            'test/programs/**/*.test.ts',
            'test/*.test.ts',
            'test/property/**/*.test.ts',
          ],
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'packed',
          include: ['test/package/**/*.test.ts', 'test/invocation/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'system',
          include: ['test/system/**/*.test.ts'],
          globalSetup: existsSync(SYSTEM_SETUP) ? [SYSTEM_SETUP] : [],
          // They share one booted machine.
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
})
