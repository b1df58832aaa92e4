/** Who runs against whom. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { EMPTY, inProject, NATIVE, OURS, PLAIN, PORTABLE } from './executables.ts'
import { type Contender, DIRECTORIES, NORMAL } from './measure.ts'
import { hasExtensions } from './tree.ts'

type Ours = (typeof OURS)[number]

/** Names in the tables; the budgets are computed by them. */
export const native = (name: string): string => `native ${name}`
export const portable = (name: string): string => `portable ${name}`
export const plain = (name: string): string => `plain C ${name}`
export const original = (name: string): string => `bash and jq ${name}`
export const EMPTY_NAME = 'portable, empty script'
export const FSTAB = 'systemd-fstab-generator'
const QUADLET = 'podman-system-generator'
/** What starting and waiting costs at all: part of every figure. */
const NOTHING_NAME = '/bin/true'

const GENERATORS = '/usr/lib/systemd/system-generators'

const expectNames = (what: string, expected: number, matches: RegExp) => (): void => {
  const found = readdirSync(NORMAL).filter((name) => matches.test(name)).length
  if (found !== expected) throw new Error(`${what}: wrote ${found} of what it is timed for, expected ${expected}`)
}

const noCheck = (): void => {}

/** How often: enough for a median, and no longer than somebody waits. */
export interface Runs {
  readonly quick: number
  /** Of the originals, which take seconds at a thousand; 0 leaves them out. */
  readonly slow: number
}

const numbersTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1)

const SERVICE = /^tenant@tenant-[0-9]{4,}\.service$/
const OVERLAY = /ext\.mount$/

/** The same job, done by a directory of executables. */
const generators = (
  directory: string,
  naming: (name: string) => string,
  count: number,
  overlays: number,
  runs: number,
): Readonly<Record<Ours, Contender>> => {
  const one = (name: Ours, expected: number, matches: RegExp): Contender => ({
    name: naming(name),
    command: [`${directory}/${name}`, ...DIRECTORIES],
    runs,
    check: expectNames(naming(name), expected, matches),
  })
  return {
    'tenant-generator': one('tenant-generator', count, SERVICE),
    'mount-generator': one('mount-generator', overlays, OVERLAY),
  }
}

const others = (count: number, runs: number): readonly Contender[] => {
  const one = (name: string, expected: number, matches: RegExp): Contender => ({
    name,
    command: [`${GENERATORS}/${name}`, ...DIRECTORIES],
    runs,
    check: expectNames(name, expected, matches),
  })
  return [
    one(FSTAB, 1, /^-\.mount$/),
    one('systemd-getty-generator', 0, /^(?!getty\.target\.wants$)/),
    // Without the kernel's zram it writes nothing and says why.
    ...(hasZram() ? [one('zram-generator', 1, /^dev-zram0\.swap$/)] : []),
    one(QUADLET, count, /^tenant-[0-9]{4,}\.service$/),
  ]
}

export const hasZram = (): boolean => existsSync('/sys/class/zram-control')

export interface Field {
  /** All that are timed. */
  readonly contenders: readonly Contender[]
  /** Those that have to write the same. */
  readonly alike: readonly (readonly [Contender, ...Contender[]])[]
}

/** At so many tenants. The tree must be planted. */
export const fieldAt = (count: number, { quick, slow }: Runs): Field => {
  const overlays = 2 * numbersTo(count).filter(hasExtensions).length
  const ours = [
    generators(NATIVE, native, count, overlays, quick),
    generators(PORTABLE, portable, count, overlays, quick),
    generators(PLAIN, plain, count, overlays, quick),
  ] as const
  const originals = slow === 0 ? [] : [generators(inProject('test/originals'), original, count, 2 * count, slow)]
  const [first, ...rest] = ours
  return {
    contenders: [
      ...[...ours, ...originals].flatMap((one) => OURS.map((name) => one[name])),
      { name: EMPTY_NAME, command: [EMPTY], runs: quick, check: noCheck },
      ...others(count, quick),
      { name: NOTHING_NAME, command: ['/bin/true'], runs: quick, check: noCheck },
    ],
    alike: OURS.map((name) => [first[name], ...rest.map((one) => one[name])] as const),
  }
}

/** Processor, kernel and what else goes on, as far as they can be had: figures mean little without. */
export const describeMachine = (): string => {
  const model = /^model name\s*: (.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? 'unknown processor'
  return `${model}, ${availableParallelism()} processors, Linux ${readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim()}, load before ${loadavg()[0]?.toFixed(1)}`
}
