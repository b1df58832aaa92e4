import { tenantService } from '../lib/guest/api.ts'
import type { Main } from '../lib/program/main.ts'
import { serve } from '../lib/varlink/serve.ts'

/**
 * What systemd calls an instance for a connection of an AF_UNIX socket, systemd.socket(5) under Accept=: a number, who is at
 * the other end, and which user that is.
 */
const uidOf = (instance: string): number | undefined => {
  const uid = /-([0-9]+)$/.exec(instance)?.[1]
  return uid === undefined ? undefined : Number(uid)
}

/** varlink-api(8): serves one connection, on standard input and output. */
export const varlinkApi: Main = (host, args) => {
  const [instance] = args
  if (instance !== undefined && args.length === 1)
    return serve(host, 'varlink-api', tenantService(host, uidOf(instance)))
  host.log('error', 'usage: varlink-api INSTANCE')
  return 2
}
