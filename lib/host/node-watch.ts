/** Host.watch() on Node: whoever waits for a child hears nothing of it, so another thread does. */

import type { Finished } from './host.ts'
import { HostError } from './host.ts'

/** Milliseconds between two ticks, and those that the thread may be late. */
const TICK = 200
const GRACE = 10_000

/** As much as a program may say on one stream, in bytes. */
const MOST_OUTPUT = 64 << 20

type Message = { readonly said: string } | { readonly finished: Finished } | { readonly refused: string }

/** What the thread runs; it is bundled with nothing. Each message is announced by adding to `count`. */
const THREAD = `
const { workerData: { file, args, milliseconds, most, count, port } } = require('node:worker_threads')
const { constants: { signals } } = require('node:os')
const post = (message) => {
  port.postMessage(message)
  Atomics.add(count, 0, 1)
  Atomics.notify(count, 0)
}
const start = () => {
  const child = require('node:child_process').spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const said = { stdout: [], stderr: [] }
  const size = { stdout: 0, stderr: 0 }
  let isOver = false
  const end = (status) => {
    if (isOver) return
    isOver = true
    const text = (name) => Buffer.concat(said[name]).toString('utf8')
    post({ finished: { status, stdout: text('stdout'), stderr: text('stderr') } })
    process.exit()
  }
  const statusOf = (code, signal) => code ?? 128 + signals[signal]
  const stop = () => {
    child.kill('SIGKILL')
    if (child.exitCode !== null || child.signalCode !== null) end(statusOf(child.exitCode, child.signalCode))
    else child.once('exit', (code, signal) => end(statusOf(code, signal)))
  }
  for (const name of ['stdout', 'stderr']) {
    child[name].on('data', (chunk) => {
      said[name].push(chunk)
      size[name] += chunk.length
      if (name === 'stdout') post({ said: chunk.toString('utf8') })
      if (size[name] > most) stop()
    })
  }
  child.on('error', () => end(127))
  child.on('close', (code, signal) => end(statusOf(code, signal)))
  setTimeout(stop, milliseconds)
}
try {
  start()
} catch (error) {
  post({ refused: String(error.code) })
}
`

/** `command` names a program. */
export const watch = (command: readonly string[], seconds: number, tick: (said: string) => void): Finished => {
  const { Worker, MessageChannel, receiveMessageOnPort } = process.getBuiltinModule('node:worker_threads')
  const [file = '', ...args] = command
  if (command.some((word) => word.includes('\0'))) throw new HostError(file, 'EINVAL')
  const count = new Int32Array(new SharedArrayBuffer(4))
  const { port1: ours, port2: port } = new MessageChannel()
  const workerData = { file, args, milliseconds: seconds * 1000, most: MOST_OUTPUT, count, port }
  const thread = new Worker(THREAD, { eval: true, workerData, transferList: [port] })
  // It has nothing more to say once we have heard the end.
  thread.unref()
  const deadline = performance.now() + seconds * 1000 + GRACE
  let last = performance.now()
  let said = ''
  for (;;) {
    const seen = Atomics.load(count, 0)
    const found = receiveMessageOnPort(ours) as { message: Message } | undefined
    if (found === undefined) {
      Atomics.wait(count, 0, seen, TICK)
    } else if ('said' in found.message) {
      said += found.message.said
    } else {
      ours.close()
      if ('refused' in found.message) throw new HostError(file, found.message.refused)
      return found.message.finished
    }
    if (performance.now() > deadline) throw new HostError(file, 'was not waited for by the thread that should')
    if (performance.now() - last < TICK) continue
    tick(said)
    said = ''
    last = performance.now()
  }
}
