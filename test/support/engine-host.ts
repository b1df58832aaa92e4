/** A `Host` that is another process: the one on the small engine, asked over two pipes. Synchronous, as the port is. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import type { Finished, Host } from '../../lib/host/host.ts'
import { HostError } from '../../lib/host/host.ts'
import { type Answer, fromWire, toWire } from './engine-wire.ts'
import { makeFifo, temporaryDir } from './materialise.ts'

export interface EngineHost extends AsyncDisposable {
  readonly host: Host
}

export interface EngineOptions {
  /** The environment of the process; ours when not said. */
  readonly env?: Readonly<Record<string, string>>
  /** An open file that is its standard input; none when not said. */
  readonly stdin?: number
  /** Files that its standard output and error go to; /dev/null when not said. */
  readonly stdout?: string
  readonly stderr?: string
}

/** Seconds after which the process is ended, so that whoever waits for an answer does not wait for ever. */
const PATIENCE = 300

const METHODS = [
  'architecture',
  'stat',
  'readDir',
  'listInside',
  'scanInside',
  'attributes',
  'readLink',
  'readFile',
  'readFileInside',
  'readBytes',
  'makeDir',
  'createFile',
  'symlink',
  'makeDirMode',
  'setMode',
  'replaceFile',
  'rename',
  'remove',
  'env',
  'now',
  'isTerminal',
  'readInput',
  'print',
  'log',
  'run',
  'become',
  'sleep',
] as const satisfies readonly (keyof Host)[]

/** Two pipes with names, to open an end at a time: Node's own pipes to a child do not block, and so cannot be waited for. */
const makePipes = () => {
  using dir = temporaryDir()
  const pipe = (name: string) => {
    const path = `${dir.path}/${name}`
    makeFifo(path)
    // Both ends at once, since each end waits for the other one.
    const both = openSync(path, 'r+')
    const ends = { reading: openSync(path, 'r'), writing: openSync(path, 'w') }
    closeSync(both)
    return ends
  }
  return { requests: pipe('requests'), answers: pipe('answers') }
}

interface Channel {
  send(host: number, method: string, args: readonly unknown[]): void
  receive(): Answer
}

const channelOn = (writing: number, reading: number): Channel => {
  const buffer = Buffer.alloc(64 << 10)
  return {
    send: (host, method, args) => {
      const line = Buffer.from(`${JSON.stringify({ host, method, args: args.map(toWire) })}\n`)
      for (let at = 0; at < line.length; ) at += writeSync(writing, line, at)
    },
    receive: () => {
      const chunks: Buffer[] = []
      for (;;) {
        const count = readSync(reading, buffer)
        if (count === 0) throw new Error('the process on the small engine has ended')
        chunks.push(Buffer.from(buffer.subarray(0, count)))
        if (buffer[count - 1] === 10) return JSON.parse(Buffer.concat(chunks).toString('utf8'))
      }
    },
  }
}

const resultOf = (answer: Answer): unknown => {
  if ('refused' in answer) throw new HostError(...answer.refused)
  if ('failed' in answer) throw new Error(answer.failed)
  if ('work' in answer) throw new Error('there is no work to do')
  return fromWire(answer.value)
}

const withLock = <T>(channel: Channel, index: number, path: string, seconds: number, work: () => T): T => {
  channel.send(index, 'withLock', [path, seconds])
  const answer = channel.receive()
  if (!('work' in answer)) return resultOf(answer) as T
  let result: T
  try {
    result = work()
  } catch (thrown) {
    channel.send(index, 'failed', [])
    channel.receive()
    throw thrown
  }
  channel.send(index, 'done', [])
  resultOf(channel.receive())
  return result
}

const hostOn = (channel: Channel, index: number, known: Pick<Host, 'owner' | 'calledAs'>): Host => {
  const ask = (method: string, args: readonly unknown[]): unknown => {
    channel.send(index, method, args)
    return resultOf(channel.receive())
  }
  const plain = METHODS.map((method) => [method, (...args: readonly unknown[]) => ask(method, args)] as const)
  return {
    ...(Object.fromEntries(plain) as unknown as Pick<Host, (typeof METHODS)[number]>),
    ...known,
    below: (root) => {
      const { host, ...inner } = ask('below', [root]) as { host: number; owner: number; calledAs: string }
      return hostOn(channel, host, inner)
    },
    watch: (command, seconds, tick) => {
      const { said, finished } = ask('watch', [command, seconds]) as { said: readonly string[]; finished: Finished }
      for (const one of said) tick(one)
      return finished
    },
    withLock: (path, seconds, work) => withLock(channel, index, path, seconds, work),
  }
}

/** Starts the program, which is `engine-server.ts` for the small engine. */
export const startEngine = async (program: string, options: EngineOptions = {}): Promise<EngineHost> => {
  const { requests, answers } = makePipes()
  const output = (file: string | undefined) => openSync(file ?? '/dev/null', 'a')
  const [stdout, stderr] = [output(options.stdout), output(options.stderr)]
  const child = spawn('timeout', ['--signal=KILL', String(PATIENCE), program], {
    env: options.env ?? process.env,
    stdio: [options.stdin ?? 'ignore', stdout, stderr, requests.reading, answers.writing],
  })
  await once(child, 'spawn')
  for (const fd of [stdout, stderr, requests.reading, answers.writing]) closeSync(fd)
  const channel = channelOn(requests.writing, answers.reading)
  const ended = once(child, 'exit')
  return {
    host: hostOn(channel, 0, { owner: 0, calledAs: 'x' }).below(''),
    [Symbol.asyncDispose]: async () => {
      closeSync(requests.writing)
      await ended
      closeSync(answers.reading)
    },
  }
}
