import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ENGINES } from '../support/engines.ts'
import { temporaryDir } from '../support/materialise.ts'
import { readOutput } from '../support/transcript.ts'
import { callApart, linkProgram } from './packed.ts'

// Where the output goes is not ours to choose: it may be closed, full, or gone.

const COMPLAINT = 'enabled: expected true or false, got 7'

describe.each(ENGINES)('the %s executable', (engine) => {
  /** A root with a tenant that is refused. `$1` is a program, `$2` a directory that is not there yet, `$3` a file for notes. */
  const run = (name: string, script: string) => {
    using dir = temporaryDir()
    const root = `${dir.path}/root`
    mkdirSync(`${root}/var/lib/bitbuilder`, { recursive: true })
    writeFileSync(
      `${root}/var/lib/bitbuilder/tenants.json`,
      '{"tenants": [{"id": "acme"}, {"id": "bad", "enabled": 7}]}',
    )
    const [out, notes] = [`${dir.path}/out`, `${dir.path}/notes`]
    mkdirSync(out)
    const program = linkProgram(dir.path, engine, name)
    const ended = callApart(script, [program, out, notes], { BITBUILDER_ROOT: root })
    return { ended, written: readOutput(out), notes: readFileSync(notes, 'utf8') }
  }

  test('minds no reader that has gone', () => {
    const { ended, notes } = run('bitbuilder', '{ sleep 0.2; "$1" schema registry; echo $? >"$3"; } | true')
    expect({ ...ended, notes }).toEqual({ status: 0, stdout: '', stderr: '', notes: '0\n' })
  })

  test('minds no reader of its messages that has gone', () => {
    const { notes, written } = run('tenant-generator', '{ sleep 0.2; "$1" "$2" 2>&1 || echo $? >"$3"; } | true')
    expect(notes).toBe('1\n')
    expect(written.length).toBeGreaterThan(0)
  })

  test('minds no closed standard output', () => {
    const { ended, notes } = run('bitbuilder', '"$1" list >&- && echo $? >"$3"')
    expect({ ...ended, notes }).toEqual({ status: 0, stdout: '', stderr: '', notes: '0\n' })
  })

  test('prints into no file of its own when its streams are closed', () => {
    const closed = run('tenant-generator', '"$1" "$2" <&- >&- 2>&- || echo $? >"$3"')
    const open = run('tenant-generator', '"$1" "$2" 2>/dev/null || echo $? >"$3"')
    expect(closed).toEqual(open)
    expect(closed.notes).toBe('1\n')
    expect(closed.written.filter(([, text]) => text.startsWith('tenant-generator:'))).toEqual([])
  })

  test('says so when its output is full', () => {
    const { ended, notes } = run('bitbuilder', '"$1" list >/dev/full || echo $? >"$3"')
    expect(notes).toBe('1\n')
    expect(ended.stderr).toBe('bitbuilder: standard output: no space left on device\n')
  })

  test('ends with status 1 when its messages are full', () => {
    expect(run('tenant-generator', '"$1" "$2" 2>/dev/full || echo $? >"$3"').notes).toBe('1\n')
  })

  test('makes no file in the place of a kernel log that is not there', () => {
    const { ended, notes } = run(
      'tenant-generator',
      `touch "$3.null" && mount --bind /dev/null "$3.null" && mount -t tmpfs tmpfs /dev
      touch /dev/null && mount --move "$3.null" /dev/null
      sh -c 'SYSTEMD_EXEC_PID=$$ exec "$@"' sh "$1" "$2" || echo $? >"$3"; ls /dev >>"$3"`,
    )
    expect(notes).toBe('1\nnull\n')
    expect(ended.stderr).toContain(COMPLAINT)
  })
})
