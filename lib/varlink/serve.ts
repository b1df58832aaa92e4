import type { Host } from '../host/host.ts'
import { type Interface, interfaceText, wrongParameter } from './interface.ts'
import { type Call, messages, ProtocolError, parseCall, type Reply, renderReply } from './message.ts'

const SERVICE = 'org.varlink.service'

/** https://varlink.org/Service, "The org.varlink.service interface"; `PermissionDenied` is what systemd's services add to it. */
const SERVICE_INTERFACE: Interface = {
  name: SERVICE,
  comment: ['The Varlink service interface, which every service has.'],
  types: {},
  methods: {
    GetInfo: {
      comment: ['What this service is, and the interfaces that it has.'],
      input: {},
      output: {
        vendor: 'string',
        product: 'string',
        version: 'string',
        url: 'string',
        interfaces: { list: 'string' },
      },
    },
    GetInterfaceDescription: {
      comment: ['The definition of one of them.'],
      input: { interface: 'string' },
      output: { description: 'string' },
    },
  },
  errors: {
    InterfaceNotFound: { comment: ['There is no such interface.'], fields: { interface: 'string' } },
    MethodNotFound: { comment: ['There is no such method.'], fields: { method: 'string' } },
    MethodNotImplemented: { comment: ['The method is not implemented.'], fields: { method: 'string' } },
    InvalidParameter: { comment: ['A parameter is wrong.'], fields: { parameter: 'string' } },
    PermissionDenied: { comment: ['The caller may not do that.'], fields: {} },
    ExpectedMore: { comment: ['The method has to be called with `more`.'], fields: {} },
  },
}

/** An answer that is an error, in the words of an interface. */
export class CallError extends Error {
  readonly error: string
  readonly parameters: object

  /** `error`: its whole name. */
  constructor(error: string, parameters: object = {}) {
    super(error)
    this.error = error
    this.parameters = parameters
  }
}

export const permissionDenied = (): CallError => new CallError(`${SERVICE}.PermissionDenied`)
export const expectedMore = (): CallError => new CallError(`${SERVICE}.ExpectedMore`)

/** What a method is given beside its parameters, which have been checked. */
export interface Caller {
  readonly more: boolean
  /** A reply before the last one; nothing where the caller wants a single one. */
  readonly tell: (parameters: object) => void
}

/** The parameters of its last reply. Throws CallError. */
export type Work = (parameters: Readonly<Record<string, unknown>>, caller: Caller) => object

export interface Service {
  readonly info: Readonly<Record<'vendor' | 'product' | 'version' | 'url', string>>
  readonly interface: Interface
  readonly work: Readonly<Record<string, Work>>
}

const ownWork = ({ info, interface: own }: Service): Readonly<Record<string, Work>> => ({
  GetInfo: () => ({ ...info, interfaces: [SERVICE, own.name].sort() }),
  GetInterfaceDescription: ({ interface: name }) => {
    const found = [SERVICE_INTERFACE, own].find((one) => one.name === name)
    if (found === undefined) throw new CallError(`${SERVICE}.InterfaceNotFound`, { interface: name })
    return { description: interfaceText(found) }
  },
})

const answer = (service: Service, call: Call, tell: (parameters: object) => void): object => {
  const dot = call.method.lastIndexOf('.')
  const [name, method] = [call.method.slice(0, Math.max(dot, 0)), call.method.slice(dot + 1)]
  const own = name === SERVICE
  const definition = own ? SERVICE_INTERFACE : service.interface
  if (definition.name !== name) throw new CallError(`${SERVICE}.InterfaceNotFound`, { interface: name })
  const known = Object.hasOwn(definition.methods, method) ? definition.methods[method] : undefined
  const work = (own ? ownWork(service) : service.work)[method]
  if (known === undefined || work === undefined) throw new CallError(`${SERVICE}.MethodNotFound`, { method })
  const wrong = call.upgrade ? 'upgrade' : wrongParameter(known.input, call.parameters)
  if (wrong !== undefined) throw new CallError(`${SERVICE}.InvalidParameter`, { parameter: wrong })
  return work(call.parameters, { more: call.more, tell })
}

const replyTo = (service: Service, call: Call, say: (reply: Reply) => void): void => {
  try {
    const tell = (parameters: object): void => {
      if (call.more) say({ parameters, continues: true })
    }
    say({ parameters: answer(service, call, tell) })
  } catch (thrown) {
    if (!(thrown instanceof CallError)) throw thrown
    say({ error: thrown.error, parameters: thrown.parameters })
  }
}

/** Serves one connection, standard input and output, until the other side ends it. Exit status 1 for what is no Varlink. */
export const serve = (host: Host, name: string, service: Service): number => {
  try {
    for (const message of messages(host.readInput)) {
      const call = parseCall(message)
      replyTo(service, call, (reply) => {
        if (!call.oneway) host.print(renderReply(reply))
      })
    }
    return 0
  } catch (thrown) {
    if (!(thrown instanceof ProtocolError)) throw thrown
    host.log('warning', `${name}: a message ${thrown.message}, ending the connection`)
    return 1
  }
}
