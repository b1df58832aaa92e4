import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Host } from '../../../lib/host/host.ts'
import { temporaryDir } from '../../support/materialise.ts'
import { LOOP, NOT_BELOW, refusal } from './world.ts'

const MEGABYTES = 1e6

const endings = (host: () => Host): void => {
  const sh = (script: string, seconds = 10) => host().run(['sh', '-c', script], seconds)

  // Statuses as a shell gives them, sh(1) "Exit status".
  test.each([
    ['true', 0],
    ['exit 3', 3],
    ['kill -9 $$', 137],
    ['kill -TERM $$', 143],
    ['cat', 0],
    ['exec >&- 2>&-; sleep 0.3; exit 5', 5],
  ])('sh -c %j ends with %d', (script, status) => {
    expect(sh(script)).toEqual({ status, stdout: '', stderr: '' })
  })

  test('says 127 for what cannot be started', () => {
    using dir = temporaryDir()
    writeFileSync(`${dir.path}/data`, '')
    for (const command of [['/no/such/program'], ['no-such-program'], [dir.path], [`${dir.path}/data`]])
      expect(host().run(command, 10)).toEqual({ status: 127, stdout: '', stderr: '' })
    for (const command of [[], ['']])
      expect(host().run(command, 10)).toEqual({ status: 127, stdout: '', stderr: 'no command given' })
  })

  test.each([[['/no/such/program']], [['no-such-program', 'x']], [[]], [['']]])('cannot become %j', (command) => {
    const [name = ''] = command
    expect(refusal(() => host().become(command))).toEqual([name, 'ENOENT'])
    expect(sh('true').status).toBe(0)
  })

  test.each(['sleep 20', 'trap "" TERM; sleep 20 & wait'])('ends %j in time', (script) => {
    const before = Date.now()
    expect(sh(script, 0.3).status).toBe(137)
    expect(Date.now() - before).toBeLessThan(5000)
  })

  test('does not wait longer than that for a child of the program that keeps its output open', () => {
    const before = Date.now()
    expect(sh('sleep 6 & echo started', 0.5)).toEqual({ status: 0, stdout: 'started\n', stderr: '' })
    expect(Date.now() - before).toBeLessThan(5000)
  })

  test('leaves nothing of a program that has ended', () => {
    for (let round = 0; round < 3; round += 1) expect(sh('exit 1').status).toBe(1)
    expect(sh('ps -o stat= --ppid "$PPID" | grep -c Z').stdout).toBe('0\n')
  })
}

const surroundings = (host: () => Host): void => {
  const sh = (script: string, seconds = 10) => host().run(['sh', '-c', script], seconds)

  test('hands arguments over as they are', () => {
    expect(host().run(['printf', '%s|', 'a b', '', '$HOME', '*', '\u{1f600}', 'x\ud800'], 10).stdout).toBe(
      'a b||$HOME|*|\u{1f600}|x\ufffd|',
    )
  })

  test('refuses a NUL in them', () => {
    expect(refusal(() => host().run(['printf', 'x\0y'], 10))).toEqual(['printf', 'EINVAL'])
  })

  test('hands the environment over', () => {
    expect(sh('printf %s "$PATH"').stdout).toBe(host().env('PATH'))
    expect(sh('env').stdout.trim().split('\n').length).toBeGreaterThan(1)
  })

  test('gives empty input, two outputs, and no file of ours', () => {
    using dir = temporaryDir()
    // What was open before us is not ours to close; it is no file of this directory.
    const list = ['sh', '-c', `readlink /proc/$$/fd/[012]; readlink /proc/$$/fd/* | grep ${dir.path}`]
    const { status, stdout } = host().withLock(`${dir.path}/lock`, 1, () => host().run(list, 10))
    expect(stdout).toMatch(/^\/dev\/null\n(?:pipe|socket):\S+\n(?:pipe|socket):\S+\n$/)
    expect(status).toBe(1)
  })

  test('leaves it no signal ignored or blocked that a program counts on', () => {
    const [blocked, ignored] = sh("sed -n 's/^Sig\\(Blk\\|Ign\\):\\t//p' /proc/self/status").stdout.split('\n')
    const PIPE = 1n << 12n
    expect(BigInt(`0x${blocked}`)).toBe(0n)
    expect(BigInt(`0x${ignored}`) & PIPE).toBe(0n)
  })
}

const outputs = (host: () => Host): void => {
  const sh = (script: string, seconds = 10) => host().run(['sh', '-c', script], seconds)

  test('keeps what was said apart, in UTF-8', () => {
    expect(sh('printf ż; printf ó >&2')).toEqual({ status: 0, stdout: 'ż', stderr: 'ó' })
  })

  // Unicode, section 3.9: one U+FFFD for each maximal subpart.
  test.each([
    [String.raw`x\342\202|`, 'x\ufffd|'],
    [String.raw`\360\237\230|`, '\ufffd|'],
    [String.raw`\300\257|`, '\ufffd\ufffd|'],
    [String.raw`\355\240\200|`, '\ufffd\ufffd\ufffd|'],
    [String.raw`\360\237\230`, '\ufffd'],
    [String.raw`\364\220\200\200`, '\ufffd\ufffd\ufffd\ufffd'],
    [String.raw`\303\303\251\377\000z`, '\ufffdé\ufffd\0z'],
    [String.raw`\357\273\277x`, '\ufeffx'],
  ])('reads printf %j as %j', (bytes, expected) => {
    expect(sh(`printf '${bytes}'; printf '${bytes}' >&2`)).toEqual({ status: 0, stdout: expected, stderr: expected })
  })

  test('takes as much as ten megabytes on both at once', () => {
    const say = (letter: string) => `head -c ${10 * MEGABYTES} /dev/zero | tr '\\0' ${letter}`
    const { status, stdout, stderr } = sh(`${say('a')} & ${say('é')} >&2; wait`, 60)
    expect(status).toBe(0)
    expect(stdout === 'a'.repeat(10 * MEGABYTES)).toBe(true)
    expect(stderr.length).toBe(10 * MEGABYTES)
  })

  test('ends a program that says more than 64 MiB', () => {
    const { status, stdout } = sh('exec cat /dev/zero', 60)
    expect(status).toBe(137)
    expect(stdout.length).toBeGreaterThanOrEqual(64 << 20)
    expect(stdout.length).toBeLessThan(66 << 20)
  })
}

const watching = (host: () => Host): void => {
  const watch = (script: string, seconds = 10) => {
    const said: string[] = []
    return { said, finished: host().watch(['sh', '-c', script], seconds, (one) => said.push(one)) }
  }

  test('tells what is said while it is said, and all of it at the end', () => {
    const { said, finished } = watch(
      'printf one; sleep 0.7; printf two; printf no >&2; sleep 0.7; printf three; exit 3',
    )
    expect(finished).toEqual({ status: 3, stdout: 'onetwothree', stderr: 'no' })
    expect(said.length).toBeGreaterThanOrEqual(4)
    expect(said.length).toBeLessThan(12)
    expect(said.filter((one) => one !== '')).toEqual(['one', 'two'])
  })

  test('ticks for a program that says nothing', () => {
    expect(watch('sleep 1').said.length).toBeGreaterThanOrEqual(3)
  })

  test('ends as run() does', () => {
    expect(watch('true').finished).toEqual({ status: 0, stdout: '', stderr: '' })
    expect(watch('kill -TERM $$').finished.status).toBe(143)
    expect(host().watch(['/no/such/program'], 10, () => {})).toEqual({ status: 127, stdout: '', stderr: '' })
    expect(host().watch([], 10, () => {}).status).toBe(127)
    expect(refusal(() => host().watch(['printf', 'x\0y'], 10, () => {}))).toEqual(['printf', 'EINVAL'])
  })

  test.each(['sleep 20', 'trap "" TERM; sleep 20 & wait'])('ends %j in time', (script) => {
    const before = Date.now()
    expect(watch(script, 0.5).finished.status).toBe(137)
    expect(Date.now() - before).toBeLessThan(5000)
  })
}

const locks = (host: () => Host): void => {
  const attempt = (lock: string): number => host().run(['flock', '--nonblock', lock, 'true'], 5).status

  test('waits for another program, then gives up', async () => {
    using dir = temporaryDir()
    const lock = `${dir.path}/lock`
    const other = spawn('flock', ['--no-fork', lock, 'sh', '-c', `touch ${dir.path}/held; exec sleep 20`])
    while (!existsSync(`${dir.path}/held`)) await new Promise((done) => setTimeout(done, 10))
    expect(refusal(() => host().withLock(lock, 0.2, () => 'mine'))).toEqual([
      lock,
      'lock is held by another program for 0.2 s',
    ])
    const ended = once(other, 'exit')
    other.kill()
    await ended
    expect(host().withLock(lock, 5, () => 'mine')).toBe('mine')
  })

  test('has the lock as soon as another program lets go', () => {
    using dir = temporaryDir()
    const lock = `${dir.path}/lock`
    spawn('flock', ['--no-fork', lock, 'sh', '-c', `touch ${dir.path}/held; exec sleep 0.4`])
    while (!existsSync(`${dir.path}/held`)) host().sleep(10)
    expect(host().withLock(lock, 20, () => 'mine')).toBe('mine')
  })

  test('keeps others out while its work runs, and lets them in after', () => {
    using dir = temporaryDir()
    const lock = `${dir.path}/lock`
    expect(host().withLock(lock, 1, () => attempt(lock))).toBe(1)
    expect(attempt(lock)).toBe(0)
    refusal(() =>
      host().withLock(lock, 1, () => {
        throw new Error('mine')
      }),
    )
    expect(attempt(lock)).toBe(0)
  })

  test('is held by nobody whom its work has started', () => {
    using dir = temporaryDir()
    const lock = `${dir.path}/lock`
    host().withLock(lock, 1, () => host().run(['sh', '-c', 'sleep 3 >/dev/null 2>&1 &'], 5))
    expect(attempt(lock)).toBe(0)
  })

  test('makes a file for root alone, and follows no link', () => {
    using dir = temporaryDir()
    const lock = `${dir.path}/lock`
    host().withLock(lock, 1, () => undefined)
    expect(statSync(lock).mode & 0o7777).toBe(0o600)
    symlinkSync('lock', `${dir.path}/link`)
    for (const [path, reason] of [
      [`${dir.path}/link`, LOOP],
      [`${dir.path}/none/lock`, 'ENOENT'],
      [`${lock}/lock`, NOT_BELOW],
      [dir.path, 'is a directory, expected a file'],
    ] as const)
      expect(refusal(() => host().withLock(path, 1, () => 'mine'))).toEqual([path, reason])
  })
}

/** What every host that runs on a machine does with its processes. */
export const processContract = (host: () => Host): void => {
  describe('run()', () => {
    endings(host)
    surroundings(host)
    outputs(host)
  })
  describe('watch()', () => watching(host))
  describe('withLock()', () => locks(host))
}
