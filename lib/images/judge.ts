import { KINDS } from '../compliance/kinds.ts'
import { readBase, verifyPath } from '../compliance/verify.ts'
import type { Host } from '../host/host.ts'
import { type ExtensionClass, rootfs } from '../layout/paths.ts'
import type { Problem } from '../report/problem.ts'
import { readHasRootfs } from '../tenant/disk.ts'
import type { Tenant } from '../tenant/tenant.ts'

/** What an extension of this class lies on in a tenant, as lib/extensions has it. */
const baseOf = (host: Host, { id, extensions }: Tenant, kind: ExtensionClass): string => {
  const isOwn = kind === 'sysext' ? extensions.base === 'rootfs' : readHasRootfs(host, id)
  return isOwn ? rootfs(id) : '/'
}

/** Everything that is wrong with an image that a tenant is to have. */
export const judgeImage = (host: Host, tenant: Tenant, kind: ExtensionClass, path: string): readonly Problem[] => {
  if (!KINDS.some(({ name }) => name === 'image')) return []
  return verifyPath(host, path, { mode: 'instance', base: readBase(host, baseOf(host, tenant, kind)) }).list
}
