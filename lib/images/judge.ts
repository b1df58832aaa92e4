import { type Base, collector, newCheck } from '../compliance/check.ts'
import { diskTree } from '../compliance/disk-tree.ts'
import type { Finding } from '../compliance/finding.ts'
import { KINDS } from '../compliance/kinds.ts'
import type { Tree } from '../compliance/tree.ts'
import { readBase, verifyPath } from '../compliance/verify.ts'
import type { Host } from '../host/host.ts'
import { HostError } from '../host/host.ts'
import { type ExtensionClass, rootfs } from '../layout/paths.ts'
import type { Problem } from '../report/problem.ts'
import { readHasRootfs } from '../tenant/disk.ts'
import type { Tenant } from '../tenant/tenant.ts'
import type { Source } from './source.ts'

/** What lib/compliance has to say, with the number of its rule, of what was called `from` there and is `to` for people. */
const told = (findings: readonly Finding[], from: string, to: string): readonly Problem[] =>
  findings.map(({ severity, at, message, hint, rule }) => ({
    severity,
    at: at.file.startsWith(from) ? { ...at, file: `${to}${at.file.slice(from.length)}` } : at,
    message: `${message} [${rule.id}]`,
    ...(hint === undefined ? {} : { hint }),
  }))

/** As it is in the image, whoever makes that. */
const ownedByRoot = (tree: Tree): Tree => ({
  ...tree,
  node: (path) => {
    const node = tree.node(path)
    return node === undefined ? undefined : { ...node, uid: 0, gid: 0 }
  },
  entries: (path) => tree.entries(path).map((entry) => ({ ...entry, uid: 0, gid: 0 })),
})

/** Everything that is wrong with a tree, `staged` for an image. */
export const judgeTree = (
  host: Host,
  { kind, name, dir }: Source,
  staged: string,
  base: Base | undefined,
): readonly Problem[] => {
  const into = collector()
  const check = KINDS.find((one) => one.name === kind)?.check
  if (check === undefined) throw new HostError(dir, `is a ${kind}, which nothing can check`)
  check(newCheck(host, ownedByRoot(diskTree(host, staged, name)), into, { mode: 'instance', base }))
  return told(into.list, name, dir)
}

/** Everything that is wrong with a disk image, which is going to be called `file`. */
export const judgeDisk = (host: Host, image: string, file: string): readonly Problem[] =>
  told(verifyPath(host, image, { as: 'ddi', mode: 'instance' }).list, image, file)

/** What an extension of this class lies on in a tenant, as lib/extensions has it. */
const baseOf = (host: Host, { id, extensions }: Tenant, kind: ExtensionClass): string => {
  const isOwn = kind === 'sysext' ? extensions.base === 'rootfs' : readHasRootfs(host, id)
  return isOwn ? rootfs(id) : '/'
}

/** Everything that is wrong with an image that a tenant is to have, `from` for people, with what it is going to lie on. */
export const judgeImage = (
  host: Host,
  tenant: Tenant,
  kind: ExtensionClass,
  image: string,
  from: string,
): readonly Problem[] => {
  const base = readBase(host, baseOf(host, tenant, kind))
  return told(verifyPath(host, image, { as: 'image', mode: 'instance', base }).list, image, from)
}
