import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ENGINES, type Engine } from '../support/engines.ts'
import { temporaryDir } from '../support/materialise.ts'
import { readOutput } from '../support/transcript.ts'
import { call, callApart, GENERATORS, KERNEL_LOG, linkProgram, READ_ONLY } from './packed.ts'

const REGISTRY = '{"tenants": [{"id": "acme"}, {"id": "bad", "enabled": 7}]}\n'
const COMPLAINT = 'tenant-generator: /var/lib/bitbuilder/tenants.json:1:55: enabled: expected true or false, got 7'

/** A little root with one tenant that is fine and one that is not, and the programs. */
const plant = (engine: Engine) => {
  const dir = temporaryDir()
  const root = `${dir.path}/root`
  mkdirSync(`${root}/var/lib/bitbuilder`, { recursive: true })
  mkdirSync(`${root}/var/lib/tenants/acme`, { recursive: true })
  writeFileSync(`${root}/var/lib/bitbuilder/tenants.json`, REGISTRY)
  mkdirSync(`${dir.path}/out`)
  const [tenants = '', mounts = ''] = GENERATORS.map((name) => linkProgram(dir.path, engine, name))
  return {
    ...dir,
    env: { BITBUILDER_ROOT: root },
    out: `${dir.path}/out`,
    tenants,
    mounts,
    [Symbol.dispose]: () => dir[Symbol.dispose](),
  }
}

describe.each(ENGINES)('the %s executable', (engine) => {
  const world = () => plant(engine)

  describe('arguments', () => {
    // systemd.generator(7): three directories; one stands for all when a person calls.
    test.each([
      [0, 2],
      [1, 1],
      [2, 2],
      [3, 1],
      [4, 2],
    ])('%d end with %d', (count, status) => {
      using here = world()
      const args = ['', '.early', '.late', '.more'].slice(0, count).map((suffix) => here.out + suffix)
      const ended = call([here.tenants, ...args], here.env)
      expect(ended).toMatchObject({ status, stdout: '' })
      const usage = 'usage: tenant-generator NORMAL-DIR [EARLY-DIR LATE-DIR]\n'
      expect(ended.stderr).toBe(
        status === 2 ? usage : `${COMPLAINT}\ntenant-generator:   hint: bitbuilder verify bad\n`,
      )
      expect(readOutput(here.out).length > 0).toBe(status !== 2)
      expect(call([here.mounts, ...args], here.env).status).toBe(status === 2 ? 2 : 0)
    })
  })

  describe('an output that cannot be written', () => {
    test.each([
      ['below a file', 'file/out', 'is not a directory, or not below one'],
      ['a file', 'file', 'already exists'],
    ])('%s ends in messages and status 1', (_what, path, reason) => {
      using here = world()
      writeFileSync(`${here.path}/file`, 'x')
      const { status, stderr } = call([here.tenants, `${here.path}/${path}`], here.env)
      expect(status).toBe(1)
      expect(stderr).toContain(`${reason}, going on without it\n`)
      expect(stderr).not.toMatch(/ at |Error:|internal/)
      expect(readFileSync(`${here.path}/file`, 'utf8')).toBe('x')
    })

    test('read-only', () => {
      using here = world()
      const script = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && exec "$2" "$1"'
      const { status, stderr } = callApart(script, [here.out, here.tenants], here.env)
      expect(status).toBe(1)
      expect(stderr).toContain('read-only file system, going on without it\n')
    })
  })

  describe("in systemd's sandbox for generators", () => {
    test.each(GENERATORS)('%s writes the same, and nothing elsewhere', (name) => {
      using here = world()
      const program = linkProgram(here.path, engine, name)
      const free = `${here.path}/free`
      const expected = call([program, free, `${here.path}/e`, `${here.path}/l`], here.env)
      // What is left in /run is printed after the run; nothing must be.
      const script = `${READ_ONLY}\nstatus=0; "$2" "$out" "$out" "$out" || status=$?; find /run -mindepth 1; exit $status`
      const { status, stdout, stderr } = callApart(script, [here.out, program], here.env)
      expect({ status, stdout, stderr }).toEqual(expected)
      expect(readOutput(here.out)).toEqual(name === 'tenant-generator' ? readOutput(free) : [])
    })
  })

  describe('diagnostics', () => {
    const LINES = [COMPLAINT, 'tenant-generator:   hint: bitbuilder verify bad']

    const withLog = (prefix: string) => {
      using here = world()
      const script = `${KERNEL_LOG}\nsh -euc '${prefix} exec "$2" "$3" 3<&-' sh "$@" || true; kernel_log`
      const args = [`${here.path}/kmsg`, here.tenants, here.out, `${here.path}/stderr`]
      const { stdout, stderr } = callApart(script, args, here.env)
      const hasJournal = existsSync(`${here.path}/stderr`)
      return { kmsg: stdout, stderr, journal: hasJournal ? readFileSync(`${here.path}/stderr`, 'utf8') : '' }
    }

    test('go to the kernel log when systemd runs it as a generator, and only there', () => {
      expect(withLog('SYSTEMD_EXEC_PID=$$')).toEqual({
        kmsg: LINES.map((line) => `<3>${line}\n`).join(''),
        stderr: '',
        journal: '',
      })
    })

    test.each(['', 'SYSTEMD_EXEC_PID=1', 'SYSTEMD_EXEC_PID=', 'SYSTEMD_EXEC_PID=x'])(
      'go to standard error when a person does (%s), and only there',
      (prefix) => {
        expect(withLog(prefix)).toEqual({ kmsg: '', stderr: LINES.map((line) => `${line}\n`).join(''), journal: '' })
      },
    )

    test("carry their priority to a service's journal", () => {
      const prefix = 'exec 2>"$4"; JOURNAL_STREAM=$(stat -Lc %d:%i "$4") SYSTEMD_EXEC_PID=$$'
      expect(withLog(prefix)).toEqual({ kmsg: '', stderr: '', journal: LINES.map((line) => `<3>${line}\n`).join('') })
    })
  })

  test('called by another name it is the command', () => {
    using here = world()
    const { status, stdout } = call([linkProgram(here.path, engine, 'bitbuilder'), '--help'], here.env)
    expect(status).toBe(0)
    expect(stdout).toMatch(/^bitbuilder .*VERB/)
    const inner = call([linkProgram(here.path, engine, 'bitbuilder'), 'tenant-generator', here.out], here.env)
    expect(inner.stderr).toContain(COMPLAINT)
  })
})
