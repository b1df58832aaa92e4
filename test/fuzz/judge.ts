import type { Call, Engine, Ran } from './engines.ts'
import type { Stage } from './stage.ts'
import { plantOut, plantWorld, readLeft } from './stage.ts'
import type { World } from './world.ts'

/** What an engine made of a world: each call, and everything it has left behind. */
interface Outcome {
  readonly ran: readonly (readonly [Call, Ran])[]
  readonly left: ReadonlyMap<string, string>
}

const outOf = (stage: Stage, { out }: World): string => {
  if (out === 'relative') return 'out'
  return out === 'slash' ? `${stage.out}/` : stage.out
}

/** Both generators as systemd calls them, one after the other, into one directory. */
const generatorCalls = (stage: Stage, world: World): readonly Call[] => {
  const out = outOf(stage, world)
  const args = [out, `${out}.early`, `${out}.late`, `${out}.more`].slice(0, world.directories)
  const both = ['tenant-generator', 'mount-generator'].map((program) => ({ program, args }))
  return world.twice ? [...both, ...both] : both
}

/** What an administrator asks, on the same world. */
const verbCalls = ({ tree }: World): readonly Call[] => {
  const ids = [...tree.keys()].flatMap((path) => /^\/var\/lib\/tenants\/([a-z0-9][a-z0-9-]*)$/.exec(path)?.[1] ?? [])
  const [id = 'acme'] = ids
  const verbs = [
    'verify',
    'verify --json',
    `verify ${id}`,
    'list',
    'list --json',
    'generate',
    `generate ${id} --json`,
    'diff',
    'diff --json',
  ]
  return [...verbs, `show ${id}`, `show ${id} --json`].map((words) => ({
    program: 'bitbuilder',
    args: words.split(' '),
  }))
}

const play = (stage: Stage, world: World, calls: readonly Call[], engine: Engine): Outcome => {
  plantOut(stage, world)
  const ran = calls.map((call) => [call, engine.run(world, call)] as const)
  return { ran, left: readLeft(stage) }
}

/** Whether the call's own words say that something is wrong. */
const saysError = ({ stdout, stderr }: Ran): boolean =>
  /^<3>/m.test(stderr) || /^error: /m.test(stdout) || /^ *"severity": "error"/m.test(stdout)

const isWrongCall = ({ program, args }: Call): boolean =>
  program !== 'bitbuilder' && args.length !== 1 && args.length !== 3

/** What is wrong with one call, whoever answered it. */
const complaintsOf = (world: World, call: Call, ran: Ran): readonly string[] => {
  const { status, stdout, stderr } = ran
  if (typeof status === 'string') return [status === 'hang' ? 'hangs' : `crashed by ${status}`]
  const found: string[] = []
  const expected = isWrongCall(call) ? [2] : [0, 1]
  if (!expected.includes(status)) found.push(`exit status ${status}, expected ${expected.join(' or ')}`)
  if (/internal error/.test(stderr + stdout)) found.push('internal error')
  if (/gave up after/.test(stderr)) found.push('took more than 2 s')
  if (/[\0-\x09\x0b-\x1f\x7f]/.test(stderr)) found.push('control character in a message')
  if (status !== 0 && stderr + stdout === '') found.push(`exit status ${status} without a message`)
  const mayBeSilent = ['show', 'diff'].includes(call.args[0] ?? '')
  if (world.journal && status < 2 && !mayBeSilent && saysError(ran) !== (status === 1))
    found.push(`exit status ${status} ${status === 0 ? 'with' : 'without'} an error message`)
  if (call.program !== 'bitbuilder' && stdout !== '') found.push('a generator printed something')
  return found
}

const named = ({ program, args }: Call): string => `${program} ${args.join(' ')}`

/** Everything wrong with one outcome by itself. */
const faults = (world: World, { ran }: Outcome, who: string): readonly string[] =>
  ran.flatMap(([call, one]) => complaintsOf(world, call, one).map((what) => `${who} ${named(call)}: ${what}`))

/** Where two texts part, with a little before. */
const parting = (a: string, b: string): string => {
  let at = 0
  while (at < a.length && a[at] === b[at]) at += 1
  const from = Math.max(0, at - 60)
  return `…${JSON.stringify(a.slice(from, at + 200))} / …${JSON.stringify(b.slice(from, at + 200))}`
}

/** Where two outcomes differ; empty when they are the same, byte by byte. */
const differences = (a: Outcome, b: Outcome): readonly string[] => {
  const found: string[] = []
  for (const [index, [call, one]] of a.ran.entries()) {
    const other = (b.ran[index] as readonly [Call, Ran])[1]
    for (const part of ['status', 'stdout', 'stderr'] as const) {
      if (one[part] !== other[part])
        found.push(`${named(call)}: ${part} differs: ${parting(String(one[part]), String(other[part]))}`)
    }
  }
  for (const path of new Set([...a.left.keys(), ...b.left.keys()])) {
    const [mine, theirs] = [a.left.get(path) ?? 'nothing', b.left.get(path) ?? 'nothing']
    if (mine !== theirs) found.push(`${path} differs: ${parting(mine, theirs)}`)
  }
  return found
}

interface Engines {
  readonly native: Engine
  readonly portable: Engine
  /** The portable ones as packed; slow. */
  readonly packed: Engine
}

interface Depth {
  readonly verbs: boolean
  readonly packed: boolean
}

/**
 * What is wrong with a world; nothing, it is hoped. The portable side plays within this process, which has seen other
 * worlds before, and V8 remembers keys: after `JSON.parse('{"url":1,"\\\\":1}')` that of Node 26.10 takes the key `"\t"` of
 * `{"url":1,"\t":1}` for the backslash of the first. So a difference counts only if the packed executables show it too.
 */
export const judge = (stage: Stage, world: World, engines: Engines, { verbs, packed }: Depth): readonly string[] => {
  plantWorld(stage, world)
  const calls = [...generatorCalls(stage, world), ...(verbs ? verbCalls(world) : [])]
  const native = play(stage, world, calls, engines.native)
  const portable = play(stage, world, calls, engines.portable)
  const found = [...faults(world, native, 'native'), ...faults(world, portable, 'portable')]
  if (packed || differences(native, portable).length > 0) {
    const real = play(stage, world, calls, engines.packed)
    found.push(...faults(world, real, 'packed'), ...differences(native, real))
  }
  return found
}
