import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, openSync, readFileSync, readSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { nodeHost } from '../../../lib/host/node.ts'
import { makeFifo, temporaryDir } from '../../support/materialise.ts'
import { refusal } from './world.ts'

const host = nodeHost('')

describe('run()', () => {
  // Statuses as a shell gives them, sh(1) "Exit status".
  test.each([
    ['true', 0],
    ['exit 3', 3],
    ['kill -9 $$', 137],
    ['kill -TERM $$', 143],
    ['cat', 0],
  ])('sh -c %j ends with %d', (script, status) => {
    expect(host.run(['sh', '-c', script], 10)).toEqual({ status, stdout: '', stderr: '' })
  })

  test('keeps what was said apart, in UTF-8', () => {
    expect(host.run(['sh', '-c', 'printf ż; printf ó >&2'], 10)).toEqual({ status: 0, stdout: 'ż', stderr: 'ó' })
  })

  test('says 127 for what cannot be started', () => {
    expect(host.run(['/no/such/program'], 10).status).toBe(127)
  })

  test('hands arguments over as they are', () => {
    expect(host.run(['printf', '%s|', 'a b', '', '$HOME', '*'], 10).stdout).toBe('a b||$HOME|*|')
  })

  test.each(['sleep 20', 'trap "" TERM; sleep 20 & wait'])('ends %j in time', (script) => {
    const before = Date.now()
    expect(host.run(['sh', '-c', script], 0.3).status).toBe(137)
    expect(Date.now() - before).toBeLessThan(5000)
  })
})

describe('withLock()', () => {
  test('waits for another program, then gives up', async () => {
    using dir = temporaryDir()
    const lock = `${dir.path}/lock`
    const other = spawn('flock', ['--no-fork', lock, 'sh', '-c', `touch ${dir.path}/held; exec sleep 20`])
    while (!existsSync(`${dir.path}/held`)) await new Promise((done) => setTimeout(done, 10))
    expect(refusal(() => host.withLock(lock, 0.2, () => 'mine'))).toEqual([
      lock,
      'lock is held by another program for 0.2 s',
    ])
    const ended = once(other, 'exit')
    other.kill()
    await ended
    expect(host.withLock(lock, 5, () => 'mine')).toBe('mine')
  })

  test('keeps others out while its work runs, and lets them in after', () => {
    using dir = temporaryDir()
    const lock = `${dir.path}/lock`
    const attempt = (): number => host.run(['flock', '--nonblock', lock, 'true'], 5).status
    expect(host.withLock(lock, 1, attempt)).toBe(1)
    expect(attempt()).toBe(0)
    refusal(() =>
      host.withLock(lock, 1, () => {
        throw new Error('mine')
      }),
    )
    expect(attempt()).toBe(0)
  })
})

describe('replaceFile()', () => {
  test('leaves the old file whole for whoever has it open', () => {
    using dir = temporaryDir()
    const file = `${dir.path}/file`
    host.createFile(file, 'old')
    const old = openSync(file, 'r')
    host.replaceFile(file, 'new', 0o644)
    const buffer = Buffer.alloc(9)
    expect(buffer.toString('utf8', 0, readSync(old, buffer))).toBe('old')
    expect(readFileSync(file, 'utf8')).toBe('new')
  })
})

describe('readFile()', () => {
  test('reads to the end what says that it is empty', () => {
    expect(host.readFile('/proc/self/status', 64 << 10)?.text).toContain('VmRSS')
  })

  test('does not wait at a FIFO', () => {
    using dir = temporaryDir()
    makeFifo(`${dir.path}/fifo`)
    const before = Date.now()
    refusal(() => host.readFile(`${dir.path}/fifo`, 4096))
    refusal(() => host.readBytes(`${dir.path}/fifo`, 0, 4))
    expect(Date.now() - before).toBeLessThan(1000)
  })
})
