import { orElse } from '../../host/host.ts'
import { type Check, inside } from '../check.ts'
import { checkNetworkFiles } from '../network/network.ts'
import { resolve } from '../resolve.ts'
import { checkRootfs } from '../rootfs/rootfs.ts'
import type { Template } from '../template/view.ts'
import { CONT } from './rules.ts'
import { boots, checkSettings } from './settings.ts'

/** systemd-nspawn(1), "--boot". */
const INITS = ['usr/lib/systemd/systemd', 'lib/systemd/systemd', 'sbin/init'] as const

const SETTINGS = 'config/nspawn-settings.conf'
const SCRIPT = 'scripts/container-init.sh'

const NEEDED = ['systemd/system/container-init.service', 'systemd/network/80-container.network'] as const

const checkFiles = ({ tree, report }: Check, { provides }: Template): void => {
  for (const path of NEEDED) {
    const places = [`rootfs/etc/${path}`, `rootfs/usr/lib/${path}`]
    if (!places.some((one) => tree.node(one) !== undefined || provides(one)))
      report(CONT['CONT-01'], places[0] as string, 'is missing')
  }
  if (tree.node(SCRIPT) === undefined) report(CONT['CONT-06'], SCRIPT, 'is missing')
}

const hasInit = (check: Check): boolean =>
  INITS.some((path) => {
    const found = resolve(check.tree, path)
    return found.state === 'found' && found.node.kind === 'file' && (found.node.mode & 0o111) !== 0
  })

/** The layout of a container's template, or of what was made of one. */
export const checkContainerTemplate = (check: Check, template: Template): void => {
  const { tree, report } = check
  checkFiles(check, template)
  const root = inside(check, 'rootfs')
  if (tree.node('rootfs')?.kind === 'directory') {
    checkRootfs(root)
    checkNetworkFiles(root)
  } else report(CONT['CONT-01'], 'rootfs', 'is no directory')
  if (tree.node(SETTINGS) === undefined) {
    report(CONT['CONT-03'], SETTINGS, 'is missing')
    return
  }
  const written = orElse(
    () => template.tree.text(SETTINGS, 256 << 10),
    () => undefined,
  )
  const ini = checkSettings(check, SETTINGS, written)
  if (ini !== undefined && boots(ini) && !hasInit(root))
    report(CONT['CONT-02'], 'rootfs', `has none of ${INITS.join(', ')}, and ${SETTINGS} says Boot=yes`, {
      hint: 'name one in userland of metadata.json, or put it there',
    })
}
