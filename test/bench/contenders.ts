/** Who runs against whom. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { EMPTY, inProject } from './empty.ts'
import { type Contender, DIRECTORIES } from './measure.ts'
import { hasExtensions } from './tree.ts'

export const EXECUTABLE = inProject('dist/bitbuilder')

export const OURS = ['tenant-generator', 'mount-generator'] as const
const THEIRS = ['systemd-fstab-generator', 'systemd-getty-generator'] as const
const GENERATORS = '/usr/lib/systemd/system-generators'

/** Names in the tables; the budgets are computed by them. */
export const original = (name: string): string => `original ${name}`
export const EMPTY_NAME = 'same engine, empty script'
/** What starting and waiting costs at all: part of every figure. */
const NOTHING_NAME = '/bin/true'

const normal = DIRECTORIES[0] as string

const expectFiles = (what: string, expected: number, matches: (name: string) => boolean) => (): void => {
  const found = readdirSync(normal).filter(matches).length
  if (found !== expected) throw new Error(`${what}: wrote ${found} units of tenants, expected ${expected}`)
}

const noCheck = (): void => {}

/** How often: enough for a median, and no longer than somebody waits. The originals take seconds at a thousand. */
const runsOf = (count: number, quick: boolean): { readonly quickOnes: number; readonly slowOnes: number } => {
  if (quick) return { quickOnes: 3, slowOnes: 3 }
  return { quickOnes: count >= 1000 ? 20 : 40, slowOnes: count >= 1000 ? 3 : count >= 100 ? 5 : 20 }
}

const numbersTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1)

/** At so many tenants. The tree must be planted. */
export const contendersAt = (count: number, quick: boolean): readonly Contender[] => {
  const { quickOnes, slowOnes } = runsOf(count, quick)
  const isService = (name: string): boolean => /^tenant@tenant-[0-9]{4}\.service$/.test(name)
  const isMount = (name: string): boolean => name.endsWith('ext.mount')
  const overlays = 2 * numbersTo(count).filter(hasExtensions).length
  const checks = {
    'tenant-generator': expectFiles('tenant-generator', count, isService),
    'mount-generator': expectFiles('mount-generator', overlays, isMount),
  }
  const originalChecks = {
    'tenant-generator': expectFiles('the original tenant-generator', count, isService),
    'mount-generator': expectFiles('the original mount-generator', 2 * count, isMount),
  }
  const none = count === 0
  return [
    ...OURS.map((name) => ({
      name,
      command: [inProject(`dist/bin/${name}`), ...DIRECTORIES],
      runs: quickOnes,
      check: checks[name],
    })),
    ...OURS.map((name) => ({
      name: original(name),
      command: [inProject(`test/originals/${name}`), ...DIRECTORIES],
      runs: slowOnes,
      // With an empty directory its unmatched pattern is a tenant '*' to the shell, but no directory: nothing is written.
      check: none ? noCheck : originalChecks[name],
    })),
    { name: EMPTY_NAME, command: [EMPTY], runs: quickOnes, check: noCheck },
    ...THEIRS.filter((name) => existsSync(`${GENERATORS}/${name}`)).map((name) => ({
      name,
      command: [`${GENERATORS}/${name}`, ...DIRECTORIES],
      runs: quickOnes,
      check: noCheck,
    })),
    { name: NOTHING_NAME, command: ['/bin/true'], runs: quickOnes, check: noCheck },
  ]
}

/** Processor, kernel and systemd, as far as they can be had: figures mean little without. */
export const describeMachine = (): string => {
  const model = /^model name\s*: (.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? 'unknown processor'
  return `${model}, Linux ${readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim()}`
}
