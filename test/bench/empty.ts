/** The engine with nothing to do: an empty script packed like the product. */

import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { arch, env, execPath, versions } from 'node:process'
import { fileURLToPath } from 'node:url'

export const inProject = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))

const DIR = inProject('dist/bench')
export const EMPTY = `${DIR}/empty`

/** As in build/executable.mjs. */
const SEA_CONFIG = { useCodeCache: true, execArgv: [], execArgvExtension: 'none' }

/** The part of pkg that we use; it comes without types. */
interface Packing {
  readonly default: {
    readonly default: (entry: string, options: object) => Promise<void>
  }
}

/** Makes dist/bench/empty. After `node build.mjs build`: the stripped Node is the one left there. */
export const buildEmpty = async (): Promise<void> => {
  mkdirSync(DIR, { recursive: true })
  const script = `${DIR}/empty.cjs`
  writeFileSync(script, '')
  rmSync(EMPTY, { force: true })
  const stripped = inProject(`dist/node-${versions.node}-${arch}`)
  const tool: string = '@yao-pkg/pkg/lib-es5/sea.js'
  const { default: sea } = (await import(tool)) as Packing
  const log = (await import('@yao-pkg/pkg/lib-es5/log.js' as string)) as { default: { log: { info: () => void } } }
  log.default.log.info = () => {}
  env.TMPDIR = DIR
  await sea.default(script, {
    targets: [{ nodeRange: 'node26', platform: 'linux', arch, output: EMPTY }],
    nodePath: existsSync(stripped) ? stripped : execPath,
    seaConfig: SEA_CONFIG,
  })
}
