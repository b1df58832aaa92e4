import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ENGINES, type Engine } from '../support/engines.ts'
import { type GoldenCase, goldenCases } from '../support/golden-case.ts'
import { materialise, temporaryDir } from '../support/materialise.ts'
import { type Outcome, readOutput, runOnDisk } from '../support/transcript.ts'
import { call, callApart, GENERATORS, KERNEL_LOG, linkProgram } from './packed.ts'

/** The root of a case on disk, with room beside it. */
const plant = async (one: GoldenCase) => {
  const dir = temporaryDir()
  const root = `${dir.path}/root`
  await materialise(new Map([['', { node: { kind: 'directory' }, mode: 0o755, uid: 0, gid: 0 }], ...one.tree]), root)
  return {
    dir: dir.path,
    root,
    out: `${dir.path}/out`,
    env: { ...one.spec.env, BITBUILDER_ROOT: root },
    [Symbol.dispose]: () => dir[Symbol.dispose](),
  }
}

type Planted = Awaited<ReturnType<typeof plant>>

const pathsBelow = (dir: string): readonly string[] =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .map((entry) => `${entry.parentPath}/${entry.name}`)
    .sort()

/** Whatever a write anywhere below would change. */
const fingerprint = (dir: string): readonly string[] =>
  pathsBelow(dir).map((path) => {
    const { mode, uid, size, mtimeMs, ctimeMs, ino } = lstatSync(path)
    return [path, mode, uid, size, mtimeMs, ctimeMs, ino].join(' ')
  })

/** All that is below, byte for byte, and taken away. */
const takeBytes = (dir: string): readonly (readonly [path: string, mode: number, content: string])[] => {
  const found = pathsBelow(dir).map((path) => {
    const { mode } = lstatSync(path)
    if ((mode & 0o170000) === 0o120000) return [path, mode, readlinkSync(path, 'latin1')] as const
    return [path, mode, (mode & 0o170000) === 0o100000 ? readFileSync(path, 'latin1') : ''] as const
  })
  rmSync(dir, { recursive: true })
  return found
}

/** As a person does, and all that comes of it. */
const byHand = (engine: Engine, { dir, out, env }: Planted) => {
  mkdirSync(out)
  const ended = GENERATORS.map((name) =>
    call([linkProgram(dir, engine, name), out, `${dir}/early`, `${dir}/late`], env, { encoding: 'latin1' }),
  )
  return { ended, written: takeBytes(out) }
}

/** As systemd does. */
const SYSTEMD = `
  ${KERNEL_LOG}
  for program in "$3" "$4"; do
    sh -c 'SYSTEMD_EXEC_PID=$$ exec "$@" 3<&-' sh "$program" "$2" "$2" "$2" && echo 0 || echo $?
  done
  kernel_log
`

const bySystemd = (engine: Engine, { dir, out, env }: Planted) => {
  mkdirSync(out)
  const programs = GENERATORS.map((name) => linkProgram(dir, engine, name))
  const ended = callApart(SYSTEMD, [`${dir}/kmsg`, out, ...programs], env, { encoding: 'latin1' })
  rmSync(`${dir}/kmsg`)
  return { ended, written: takeBytes(out) }
}

describe.for(goldenCases())('$name', (one) => {
  test.for(ENGINES)('comes out of the %s executable as out of the source', async (engine) => {
    using planted = await plant(one)
    const { dir, root, out, env } = planted
    const before = fingerprint(root)
    const ended = GENERATORS.map((name) => {
      const program = linkProgram(dir, engine, name)
      return [name, call([program, out, `${dir}/early`, `${dir}/late`], env)] as const
    })
    const outcome: Outcome = {
      files: readdirSync(dir).includes('out') ? readOutput(out) : [],
      log: ended.flatMap(([, { stderr }]) => stderr.split('\n').slice(0, -1)),
      exits: Object.fromEntries(ended.map(([name, { status }]) => [name, status ?? -1])),
    }
    const expected = runOnDisk(one, root, `${dir}/expected`, undefined)
    expect(outcome).toEqual({ ...expected, log: expected.log.map((line) => line.replace(/^<\d>/, '')) })
    expect(ended.map(([, { stdout }]) => stdout)).toEqual(['', ''])
    expect(fingerprint(root)).toEqual(before)
    expect(readdirSync(dir).filter((name) => !['bin', 'root', 'out', 'expected'].includes(name))).toEqual([])
  })

  test('is the same on both engines, byte for byte', async () => {
    using planted = await plant(one)
    const [portable, native] = ENGINES.map((engine) => byHand(engine, planted))
    expect(native).toEqual(portable)
    const [portableAtBoot, nativeAtBoot] = ENGINES.map((engine) => bySystemd(engine, planted))
    expect(nativeAtBoot).toEqual(portableAtBoot)
    expect(nativeAtBoot?.written).toEqual(native?.written)
    // What a person reads on standard error is in the kernel's log, each line with its priority.
    const log = nativeAtBoot?.ended.stdout.split('\n').filter((line) => line.startsWith('<'))
    const read = native?.ended.flatMap(({ stderr }) => stderr.split('\n').slice(0, -1))
    expect(log?.map((line) => line.replace(/^<\d>/, ''))).toEqual(read)
    expect(nativeAtBoot?.ended.stderr).toBe('')
  })
})
