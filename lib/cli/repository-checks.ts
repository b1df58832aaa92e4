import { readConfig } from '../config/config.ts'
import { protocolOf } from '../git/url.ts'
import type { Host } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import { signersFile } from '../layout/paths.ts'
import type { JsonSource } from '../report/json-source.ts'
import { placeOf } from '../report/json-source.ts'
import type { Problem } from '../report/problem.ts'
import type { Tenant } from '../tenant/tenant.ts'

interface Here {
  readonly tenant: Tenant
  readonly source: JsonSource
}

const check = (host: Host, protocols: readonly string[], { tenant, source }: Here): readonly Problem[] => {
  const { id, repository } = tenant
  if (repository === undefined) return []
  const problem = (key: string, message: string): Problem => ({
    severity: 'error',
    at: placeOf(source, ['repository', key]),
    message: `repository.${key}: ${message}`,
    tenant: id,
  })
  const protocol = protocolOf(repository.url)
  const signers = repository.verify === undefined ? undefined : signersFile(id, repository.verify)
  return [
    ...(protocols.includes(protocol)
      ? []
      : [problem('url', `'${protocol}' is not among Protocols=${protocols.join(' ')}`)]),
    ...(signers === undefined || host.stat(signers) !== undefined
      ? []
      : [problem('verify', `${signers} is not there: nobody may sign for this tenant`)]),
  ]
}

/** What would keep the repositories of tenants from being fetched, as far as one can tell without a server. */
export const repositoryChecks = (host: Host, here: readonly Here[]): readonly Problem[] =>
  orElse<readonly Problem[]>(
    () => {
      const { protocols } = readConfig(host).value
      return here.flatMap((one) => check(host, protocols, one))
    },
    // Said of the configuration.
    () => [],
  )
