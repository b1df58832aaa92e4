/**
 * A program for the small engine that lends its host to `engine-host.ts`: a request is a line of JSON on file descriptor 3, its
 * answer a line on 4. It ends with the requests.
 */

import { fdopen } from 'qjs:std'
import type { Host } from '../../lib/host/host.ts'
import { HostError } from '../../lib/host/host.ts'
import { engine } from '../../lib/host/quickjs.ts'
import { type Answer, fromWire, type Request, toWire } from './engine-wire.ts'

const requests = fdopen(3, 'r')
const answers = fdopen(4, 'w')

/** Every host that was asked for, the first being that of the whole machine. */
const hosts: Host[] = [engine.host]

const receive = (): Request | undefined => {
  const line = requests.getline()
  return line === null ? undefined : JSON.parse(line)
}

const send = (answer: Answer): void => {
  answers.puts(`${JSON.stringify(answer)}\n`)
  answers.flush()
}

/** Thrown through a host when the work of whoever asked has failed; that one knows with what. */
const ITS_WORK_FAILED = new Error('the work failed')

const methods: Readonly<Record<string, (host: Host, args: readonly unknown[]) => unknown>> = {
  below: (host, [root]) => {
    const inner = host.below(String(root))
    return { host: hosts.push(inner) - 1, owner: inner.owner, calledAs: inner.calledAs }
  },
  watch: (host, [command, seconds]) => {
    const said: string[] = []
    return { finished: host.watch(command as readonly string[], Number(seconds), (one) => said.push(one)), said }
  },
  withLock: (host, [path, seconds]) =>
    host.withLock(String(path), Number(seconds), () => {
      send({ work: true })
      const end = serve()
      if (end?.method === 'failed') throw ITS_WORK_FAILED
    }),
}

const answerTo = ({ host: index, method, args }: Request): Answer => {
  try {
    const host = hosts[index] as Host
    const plain = args.map(fromWire)
    const own = methods[method]
    const call = host[method as keyof Host] as (...plain: readonly unknown[]) => unknown
    return { value: toWire(own === undefined ? call(...plain) : own(host, plain)) }
  } catch (thrown) {
    if (thrown instanceof HostError) return { refused: [thrown.path, thrown.reason] }
    return { failed: thrown instanceof Error ? `${thrown.message}\n${thrown.stack ?? ''}` : String(thrown) }
  }
}

/** Until the end of the work in hand, or of all. */
const serve = (): Request | undefined => {
  for (;;) {
    const request = receive()
    if (request === undefined || request.method === 'done' || request.method === 'failed') return request
    send(answerTo(request))
  }
}

serve()
