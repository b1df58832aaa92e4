import { defineConfig, type TestProjectConfiguration } from 'vitest/config'
import { ENGINES, type Engine } from './test/support/engines.ts'

/** It needs the compiler that makes the native executable. */
const ON_THE_SMALL_ENGINE = 'test/lib/host/quickjs.test.ts'

/**
 * What takes longest, guests and whole machines under emulation, runs with the native package alone. It is about units, rules and the
 * kernel. That the programs in it do the same on the other engine is shown there by tenants, provision, lifecycle, converge and late-var,
 * each of which has every program of its kind, and for single programs by test/invocation.
 */
const ON_ONE_ENGINE = [
  'boot-oracles',
  'ddi-oracles',
  'disk-contents',
  'dissect-oracles',
  'extension-oracles',
  'escape',
  'faults',
  'infra-guest',
  'images',
  'isolation',
  'isolation-faults',
  'layout-oracles',
  'machines',
  'network-parts',
  'networks',
  'templates',
  'version-oracles',
  'voa-oracles',
  'whole-machine',
]

/** One suite, two products: the packages that `node build.mjs package` makes on either engine. */
const systemProject = (engine: Engine): TestProjectConfiguration => ({
  extends: true,
  test: {
    name: `system-${engine}`,
    include: ['test/system/**/*.test.ts'],
    exclude: engine === 'native' ? [] : ON_ONE_ENGINE.map((name) => `test/system/${name}.test.ts`),
    globalSetup: ['test/system/setup.ts'],
    provide: { engine },
    // Each boots a machine that has as many processors as this one.
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 900_000,
  },
})

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
          exclude: [ON_THE_SMALL_ENGINE],
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'packed',
          include: [
            'test/package/**/*.test.ts',
            'test/invocation/**/*.test.ts',
            'test/fuzz/**/*.test.ts',
            ON_THE_SMALL_ENGINE,
          ],
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
      ...ENGINES.map(systemProject),
    ],
  },
})
