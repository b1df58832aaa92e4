import { isObject } from '../../report/json-value.ts'
import { pathMatcher } from '../../templates/pattern.ts'
import { type Check, guarded, inside } from '../check.ts'
import { checkNetworkFiles } from '../network/network.ts'
import { checkRootfs } from '../rootfs/rootfs.ts'
import type { Template } from '../template/view.ts'
import { nameOf } from '../tree.ts'
import { INFRA } from './rules.ts'
import { checkUnits } from './units.ts'

const UNITS = [
  'infra-manager.service',
  'git-sync.service',
  'git-sync.timer',
  'varlink-api.service',
  'multi-user.target.wants',
] as const
const NETWORK = ['10-management.network', '10-management.netdev'] as const
const OTHERS = [
  'config/infra-config.yaml',
  'config/resource-limits.yaml',
  'scripts/provision.sh',
  'scripts/health-check.sh',
] as const
const SCHEMAS = 'rootfs/usr/share/bitbuilder/schemas'
const LARGEST_SCHEMA = 1 << 20

/** `systemd/system/NAME` of a root file system, in etc or usr/lib. */
const isInRoot = ({ tree }: Check, { provides }: Template, inner: string): boolean =>
  [`rootfs/etc/${inner}`, `rootfs/usr/lib/${inner}`].some((path) => tree.node(path) !== undefined || provides(path))

const checkNeeded = (check: Check, template: Template): void => {
  const { tree, report } = check
  for (const name of UNITS)
    if (!isInRoot(check, template, `systemd/system/${name}`))
      report(INFRA['INFRA-01'], `rootfs/etc/systemd/system/${name}`, 'is missing, in usr/lib too')
  for (const name of NETWORK)
    if (!isInRoot(check, template, `systemd/network/${name}`))
      report(INFRA['INFRA-02'], `rootfs/etc/systemd/network/${name}`, 'is missing, in usr/lib too')
  for (const path of OTHERS)
    if (tree.node(path) === undefined && !template.provides(path)) report(INFRA['INFRA-05'], path, 'is missing')
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const checkPrograms = (check: Check, { provides }: Template): void => {
  const { tree, report } = check
  const rule = INFRA['INFRA-03']
  const manager = 'rootfs/usr/lib/bitbuilder/infra-manager'
  const node = tree.node(manager)
  if (node === undefined && !provides(manager)) report(rule, manager, 'is missing')
  else if (node?.kind === 'file' && (node.mode & 0o111) === 0)
    report(rule, manager, 'cannot be executed', { fixes: [{ do: 'chmod', path: manager, mode: 0o755 }] })
  else if (node !== undefined && node.kind !== 'file' && node.kind !== 'link')
    report(rule, manager, `is a ${node.kind}`)
  const libraries = 'rootfs/usr/lib/bitbuilder/lib'
  if (tree.node(libraries)?.kind !== 'directory')
    report(rule, libraries, 'is missing', { isLost: true, fixes: [{ do: 'mkdir', path: libraries, mode: 0o755 }] })
  for (const { name, kind } of tree.entries(SCHEMAS)) {
    const path = `${SCHEMAS}/${name}`
    const text =
      kind === 'file' && name.endsWith('.json')
        ? guarded(check, rule, path, () => tree.text(path, LARGEST_SCHEMA))
        : undefined
    if (text !== undefined && !isJson(text)) report(rule, path, 'is no JSON')
  }
}

const checkPlaces = ({ tree, report }: Check): void => {
  for (const name of ['usr/lib/systemd/system', 'var/lib/infra', 'run']) {
    const path = `rootfs/${name}`
    if (tree.node(path)?.kind !== 'directory')
      report(INFRA['INFRA-04'], path, 'is missing', { isLost: true, fixes: [{ do: 'mkdir', path, mode: 0o755 }] })
  }
  const extensions = 'rootfs/etc/extension-release.d'
  if (tree.entries(extensions).length > 0)
    report(INFRA['INFRA-04'], extensions, 'is not empty, which makes an extension of an operating system')
}

const isBootFile = (name: string): boolean => /\.(?:conf|efi)$/.test(name)

/** Whether a path of the root file system is one that userland has taken, or is going to. */
const takenFiles = ({ userland }: Readonly<Record<string, unknown>>): ((path: string) => boolean) => {
  const files = isObject(userland) && Array.isArray(userland.files) ? userland.files : []
  return pathMatcher(files.filter((one) => typeof one === 'string'))
}

/** As distributions call it, and tenant-machine(8) finds it. */
const KERNEL = /^vmlinuz(?:-|$)/

const placesKernel = ({ userland }: Readonly<Record<string, unknown>>): boolean =>
  isObject(userland) &&
  isObject(userland.place) &&
  Object.keys(userland.place).some((path) => path.startsWith('rootfs/boot/') && KERNEL.test(nameOf(path)))

const hasKernel = ({ tree }: Check, { document }: Template): boolean => {
  const { defaults, infra } = document.value
  const inner = isObject(defaults) ? defaults.infra : infra
  if (isObject(inner) && typeof inner.kernel === 'string') return true
  if (tree.entries('rootfs/boot').some(({ name }) => KERNEL.test(name)) || placesKernel(document.value)) return true
  return ['boot', 'efi'].some((name) =>
    ['loader/entries', 'EFI/Linux'].some((place) =>
      tree.entries(`rootfs/${name}/${place}`).some((entry) => isBootFile(entry.name)),
    ),
  )
}

/** The layout of the infrastructure VM's template, or of what was made of one. */
export const checkInfraTemplate = (check: Check, template: Template): void => {
  checkNeeded(check, template)
  checkPrograms(check, template)
  checkPlaces(check)
  if (!hasKernel(check, template))
    check.report(INFRA['INFRA-06'], 'rootfs', 'has nothing to boot, and defaults.infra.kernel names no kernel')
  if (check.tree.node('rootfs')?.kind !== 'directory') return
  const root = inside(check, 'rootfs')
  checkRootfs(root)
  checkNetworkFiles(root)
  checkUnits(root, takenFiles(template.document.value))
}
