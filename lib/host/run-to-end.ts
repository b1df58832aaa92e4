/** Running another program on the small engine, with its output gathered and its time bounded. */

import { execute } from 'bitbuilder:linux'
import { exec, kill, now, SIGPIPE, signal, waitpid } from 'qjs:os'
import type { Finished } from './host.ts'
import { HostError } from './host.ts'
import * as linux from './linux.ts'
import * as linuxProcess from './linux-process.ts'
import { check } from './quickjs-check.ts'

/** signal(7); the engine has no name for it. */
const SIGKILL = 9

/** The engine closes them one by one, all that there may be: with the limits of some containers for minutes. */
const USUAL_FILES = 1024

/** As much as a program may say on one stream, in bytes. */
const MOST_OUTPUT = 64 << 20

/** What comes from one file descriptor until its end. */
interface Stream {
  readonly fd: number
  readonly chunks: Uint8Array[]
  length: number
}

/** The reading end, the writing end. */
type Pipe = Int32Array & { readonly 0: number; readonly 1: number }

const streamOf = (fd: number): Stream => ({ fd, chunks: [], length: 0 })

const textOf = ({ chunks, length }: Stream): string => {
  const all = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.length
  }
  return linux.text(all, length)
}

const buffer = new Uint8Array(64 << 10)

/** False at the end of the stream. */
const readMore = (stream: Stream): boolean => {
  const count = linuxProcess.read(stream.fd, buffer)
  if (count <= 0) return false
  stream.chunks.push(buffer.slice(0, count))
  stream.length += count
  return true
}

/** Microseconds between two ticks of Host.watch(). */
const TICK = 200_000

type Tick = (said: string) => void

/** Calls `tick` with what a stream has said since, when it is time; to be called again and again. */
const ticker = (stream: Stream, tick: Tick): (() => void) => {
  let last = now()
  let told = 0
  return () => {
    if (now() - last < TICK) return
    const fresh = stream.chunks.slice(told)
    told = stream.chunks.length
    tick(textOf({ ...stream, chunks: fresh, length: fresh.reduce((sum, { length }) => sum + length, 0) }))
    last = now()
  }
}

/** Reads until both streams and the process have ended; false when the time is up before, or one says too much. */
const gather = (streams: readonly [Stream, Stream], process: number, seconds: number, tick?: Tick): boolean => {
  const deadline = now() + seconds * 1e6
  const pause = tick === undefined ? deadline : TICK
  const inTime = tick === undefined ? undefined : ticker(streams[0], tick)
  const open = new Map<number, Stream | undefined>([
    [process, undefined],
    ...streams.map((one) => [one.fd, one] as const),
  ])
  while (open.size > 0) {
    const left = deadline - now()
    if (left <= 0 || streams.some(({ length }) => length > MOST_OUTPUT)) return false
    for (const fd of linuxProcess.poll([...open.keys()], Math.min(left, pause) / 1000)) {
      const stream = open.get(fd)
      if (stream === undefined || !readMore(stream)) open.delete(fd)
    }
    inTime?.()
  }
  return true
}

/** A word as exec(2) takes it. The engine would end it at a NUL, and hand half a character over as it is. */
const toWord = (given: string, _index: number, [program = '']: readonly string[]): string => {
  if (given.includes('\0')) throw new HostError(program, 'EINVAL')
  return given.replace(/[\ud800-\udfff]/gu, '\ufffd')
}

/** The process and what it says; standard input is empty, SIGPIPE as a program expects it. */
const start = (command: readonly string[]): { readonly pid: number; readonly streams: readonly [Stream, Stream] } => {
  const [program = ''] = command
  const [out, err] = [new Int32Array(2), new Int32Array(2)] as [Pipe, Pipe]
  check(program, linuxProcess.pipe(out))
  check(program, linuxProcess.pipe(err))
  const nothing = check(program, linux.open(linux.HERE, '/dev/null', linux.O_RDONLY))
  const files = linuxProcess.lowerFiles(USUAL_FILES)
  signal(SIGPIPE, null)
  const pid = exec(command, { block: false, stdin: nothing, stdout: out[1], stderr: err[1] })
  signal(SIGPIPE, undefined)
  linuxProcess.raiseFiles(files)
  for (const fd of [nothing, out[1], err[1]]) linux.close(fd)
  return { pid, streams: [streamOf(out[0]), streamOf(err[0])] }
}

/** Host.become() */
export const become = (command: readonly string[]): void => {
  const [program = ''] = command
  signal(SIGPIPE, null)
  const result = execute(command.map(toWord))
  signal(SIGPIPE, undefined)
  check(program, result)
}

/** Host.run(), and with `tick` Host.watch(). */
export const runToEnd = (command: readonly string[], seconds: number, tick?: Tick): Finished => {
  if ((command[0] ?? '') === '') return { status: 127, stdout: '', stderr: 'no command given' }
  const { pid, streams } = start(command.map(toWord))
  const ended = linux.using(check(command[0] as string, linuxProcess.pidfd(pid)), (process) =>
    gather(streams, process, seconds, tick),
  )
  // One that ignores SIGTERM must not hold us for ever. Until it is waited for its number is nobody else's.
  if (!ended) kill(pid, SIGKILL)
  const [, status] = waitpid(pid, 0)
  for (const { fd } of streams) linux.close(fd)
  const killedBy = status & 0x7f
  return {
    status: killedBy === 0 ? (status >> 8) & 0xff : 128 + killedBy,
    stdout: textOf(streams[0]),
    stderr: textOf(streams[1]),
  }
}
