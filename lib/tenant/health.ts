import type { Reader } from '../host/host.ts'
import { orElse, WRONG_KIND } from '../host/host.ts'
import { resolveInside } from '../host/resolve.ts'
import { HEALTH_CHECK, tenantDir } from '../layout/paths.ts'
import type { Checked } from '../report/problem.ts'
import { wholeFile } from '../report/problem.ts'

/** Somebody who is neither its owner nor of its group runs it. */
const FOR_OTHERS = 0o005

const NONE: Checked<boolean> = { value: false, problems: [] }
const THERE: Checked<boolean> = { value: true, problems: [] }

const refused = (id: string, path: string, why: string): Checked<boolean> => ({
  value: false,
  problems: [{ severity: 'warning', at: wholeFile(path), message: `${why}, leaving the health check out`, tenant: id }],
})

/**
 * Whether the tenant's repository has a script that says how the tenant is. The look is only for what there is to be said:
 * tenant-health@.service follows no link of the tenant's on this side.
 */
export const readHealthCheck = (reader: Reader, id: string): Checked<boolean> =>
  orElse(
    () => {
      const found = resolveInside(reader, tenantDir(id), HEALTH_CHECK)
      if (found === undefined) return NONE
      const { path, stat } = found
      if (stat.kind !== 'file') return refused(id, path, WRONG_KIND[stat.kind])
      return (stat.mode & FOR_OTHERS) === FOR_OTHERS ? THERE : refused(id, path, 'others may not read and execute it')
    },
    ({ path, reason }) => refused(id, path, reason),
  )
