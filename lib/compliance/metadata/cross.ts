import { isObject, show } from '../../report/json-value.ts'
import { parseOsRelease } from '../../systemd/os-release.ts'
import { parseSize } from '../../tenant/values.ts'
import type { Check } from '../check.ts'
import { textAt } from '../resolve.ts'
import { below, nameOf } from '../tree.ts'
import { walk } from '../walk.ts'
import { defaultsOf } from './defaults.ts'
import type { TemplateView } from './metadata.ts'
import { META } from './rules.ts'

/** What of metadata.json has to agree with what lies beside it. */

const NETWORK_DIRS = ['etc/systemd/network', 'usr/lib/systemd/network'] as const
const UNIT_DIRS = ['etc/systemd/system', 'usr/lib/systemd/system'] as const

const LARGEST_RELEASE = 64 << 10

const isInOneOf = ({ tree }: Check, root: string, dirs: readonly string[], name: string): boolean =>
  dirs.some((dir) => tree.node(below(root, `${dir}/${name}`)) !== undefined)

const checkName = ({ tree }: Check, { document, name }: TemplateView): void => {
  const directory = nameOf(tree.name)
  // What was made from a template has the name of a machine; `.` has none to compare.
  if (
    name === undefined ||
    document.value.instance !== undefined ||
    ['', '.', '..', name, `${name}.sysext`, `${name}.confext`].includes(directory)
  )
    return
  document.report(
    META['META-05'],
    ['template', 'name'],
    `template.name is ${show(name)}, and the directory is called ${show(directory)}`,
    { severity: 'warning' },
  )
}

const checkStorage = (check: Check, { document }: TemplateView): void => {
  const { storage } = defaultsOf(document, 'resources')
  const most = typeof storage === 'string' ? parseSize(storage) : undefined
  if (most === undefined) return
  let bytes = 0
  walk(check.tree, '', {
    visit: (_, { kind, size }) => {
      if (kind === 'file') bytes += size
      return true
    },
    giveUp: () => {},
  })
  if (bytes > most)
    document.report(
      META['META-14'],
      ['defaults', 'resources', 'storage'],
      `defaults.resources.storage: ${show(storage)} does not hold the ${bytes} bytes of the template itself`,
    )
}

const checkManagement = (check: Check, { document }: TemplateView, root: string): void => {
  if (defaultsOf(document, 'network').management_interface !== true) return
  for (const name of ['10-management.network', '10-management.netdev'])
    if (!isInOneOf(check, root, NETWORK_DIRS, name))
      document.report(
        META['META-16'],
        ['defaults', 'network', 'management_interface'],
        `defaults.network.management_interface is true, and there is no ${below(root, NETWORK_DIRS[0])}/${name}`,
      )
}

const checkVarlink = (check: Check, { document, type }: TemplateView, root: string): void => {
  const { requirements } = document.value
  const features = isObject(requirements) && Array.isArray(requirements.features) ? requirements.features : []
  const needed = type === 'infrastructure' && isInOneOf(check, root, UNIT_DIRS, 'varlink-api.service')
  if (needed && !features.includes('varlink'))
    document.report(
      META['META-11'],
      ['requirements', 'features'],
      "requirements.features does not name 'varlink', which varlink-api.service needs",
    )
}

/** `1.0` and `1.0.3` are two ways to say it. */
const agrees = (one: string, other: string): boolean =>
  one === other || one.startsWith(`${other}.`) || other.startsWith(`${one}.`)

const checkRelease = ({ tree, report }: Check, { name, version }: TemplateView, root: string): void => {
  const path = ['etc/os-release', 'usr/lib/os-release']
    .map((one) => below(root, one))
    .find((one) => textAt(tree, one, LARGEST_RELEASE) !== undefined)
  if (path === undefined) return
  const parsed = parseOsRelease(textAt(tree, path, LARGEST_RELEASE) ?? '')
  if ('error' in parsed) return
  const id = parsed.values.get('IMAGE_ID')
  if (id !== undefined && name !== undefined && id !== name)
    report(META['META-18'], path, `IMAGE_ID is ${show(id)}, and template.name ${show(name)}`)
  const key = parsed.values.has('IMAGE_VERSION') ? 'IMAGE_VERSION' : 'VERSION_ID'
  const release = parsed.values.get(key)
  if (release !== undefined && version !== undefined && !agrees(release, version))
    report(META['META-18'], path, `${key} is ${show(release)}, and template.version ${show(version)}`)
}

/** `root`: where the root file system of the template is; undefined when it has none. */
export const checkAgreement = (check: Check, view: TemplateView, root: string | undefined): void => {
  checkName(check, view)
  checkStorage(check, view)
  if (root === undefined) return
  checkManagement(check, view, root)
  checkVarlink(check, view, root)
  checkRelease(check, view, root)
}
