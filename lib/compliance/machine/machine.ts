import { EFI_MACHINES } from '../../formats/pe.ts'
import { parseYaml } from '../../formats/yaml.ts'
import { orElse } from '../../host/host.ts'
import { checkBoot, checkPackagesBoot, releaseOf } from '../boot/boot.ts'
import { parseEntry } from '../boot/entry.ts'
import { type Check, inside } from '../check.ts'
import { classByName } from '../format/class.ts'
import { checkImageIn } from '../format/image.ts'
import { isDirectory } from '../resolve.ts'
import { checkRootfs } from '../rootfs/rootfs.ts'
import { below, subtree, type Tree } from '../tree.ts'
import { checkCloudInit } from './cloud-init.ts'
import { MACH } from './rules.ts'

const DISK = 'disk-image'
const ROOT = `${DISK}/rootfs`
const CONFIG = 'config/vm-config.yaml'
const LARGEST_CONFIG = 256 << 10

/** Whether an instantiation is going to put a file at a path of the template. */
export type Provides = (path: string) => boolean

/** What cannot be read is somebody else's finding. */
const readText = (tree: Tree, path: string): string | undefined =>
  orElse(
    () => tree.text(path, LARGEST_CONFIG),
    () => undefined,
  )

const checkTop = ({ tree, report }: Check): void => {
  for (const name of ['efi', 'boot', 'rootfs']) {
    const path = below(DISK, name)
    const kind = tree.node(path)?.kind
    if (kind === 'directory') continue
    if (kind !== undefined) report(MACH['MACH-01'], path, `is a ${kind}, expected a directory`)
    else if (name === 'rootfs') report(MACH['MACH-01'], path, 'is missing')
    else report(MACH['MACH-01'], path, 'is missing', { isLost: true, fixes: [{ do: 'mkdir', path, mode: 0o755 }] })
  }
}

const isThere = (tree: Tree, provides: Provides, path: string): boolean =>
  tree.node(path)?.kind === 'file' || provides(path)

const checkBootLoader = ({ tree, report }: Check, provides: Provides): void => {
  const names = [...EFI_MACHINES.keys()].map((machine) => `systemd-boot${machine.toLowerCase()}.efi`)
  const top = `${DISK}/efi/EFI/systemd`
  if (names.some((name) => isThere(tree, provides, below(top, name)))) return
  report(MACH['MACH-02'], top, 'has no systemd-boot', {
    hint: 'copy /usr/lib/systemd/boot/efi/systemd-bootx64.efi here and to EFI/BOOT/BOOTX64.EFI, or name it in userland',
  })
}

const hasUki = (tree: Tree): boolean =>
  ['efi', 'boot'].some((name) =>
    tree.entries(`${DISK}/${name}/EFI/Linux`).some((entry) => entry.kind === 'file' && /\.efi$/i.test(entry.name)),
  )

/** A kernel where the seed has it, or where an entry says: UAPI.1 recommends a directory for each version. */
const hasKernel = ({ tree }: Check, provides: Provides): boolean => {
  const boot = `${DISK}/boot`
  if (['vmlinuz', 'initrd.img'].every((name) => isThere(tree, provides, below(boot, name)))) return true
  return tree
    .entries(`${boot}/loader/entries`)
    .some(({ name }) =>
      parseEntry(readText(tree, `${boot}/loader/entries/${name}`) ?? '').some(
        ({ key, value }) => key === 'linux' && isThere(tree, provides, below(boot, value.replace(/^\//, ''))),
      ),
    )
}

const checkKernel = (check: Check, provides: Provides): void => {
  if (hasUki(check.tree) || hasKernel(check, provides)) return
  check.report(MACH['MACH-03'], `${DISK}/boot`, 'has no kernel with its initrd', {
    hint: 'put vmlinuz and initrd.img here, or a unified kernel image at EFI/Linux/NAME.efi, or name them in userland',
  })
}

const checkMachineId = ({ tree, report }: Check): void => {
  const path = `${ROOT}/etc/machine-id`
  const kind = tree.node(path)?.kind
  if (kind === undefined)
    report(MACH['MACH-04'], path, 'is missing', { fixes: [{ do: 'write', path, text: '', mode: 0o444 }] })
  else if (kind !== 'file') report(MACH['MACH-04'], path, `is a ${kind}, expected an empty file`)
}

/** Whether the machine is started with a kernel that is given to it: `linux:` at the top of its configuration. */
const isDirect = (tree: Tree): boolean => {
  const text = readText(tree, CONFIG)
  const parsed = text === undefined ? undefined : parseYaml(text)
  if (parsed === undefined || !('value' in parsed)) return false
  const { value } = parsed
  return typeof value === 'object' && value !== null && 'linux' in value && typeof value.linux === 'string'
}

const checkPlaces = ({ tree, report }: Check): void => {
  const mkdir = (path: string) => ({ isLost: true, fixes: [{ do: 'mkdir', path, mode: 0o755 }] as const })
  for (const name of ['efi', 'boot']) {
    const path = below(ROOT, name)
    if (tree.node(path) === undefined) report(MACH['MACH-07'], path, 'is missing, to mount on', mkdir(path))
    else if (tree.entries(path).length > 0)
      report(MACH['MACH-07'], path, 'is not empty, what is in it is hidden by the mount', {
        hint: `what belongs on the partition is in ${DISK}/${name}`,
      })
  }
  for (const name of ['etc/systemd/system', 'etc/systemd/network']) {
    const path = below(ROOT, name)
    if (!isDirectory(tree, path)) report(MACH['MACH-07'], path, 'is missing', mkdir(path))
  }
}

/** Extensions that the machine is given, which lie on its own root. */
const checkExtensions = (check: Check): void => {
  const root = subtree(check.tree, ROOT)
  const release = releaseOf(root)
  const own = { ...check, base: release === undefined ? check.base : { tree: root, release } }
  for (const { name, kind } of check.tree.entries('extensions')) {
    const path = below('extensions', name)
    const type = classByName(name)
    if (type === undefined || !name.endsWith('.raw')) {
      if (!/^README/.test(name))
        check.report(MACH['MACH-06'], path, 'is no extension, expected *.sysext.raw or *.confext.raw', {
          severity: 'warning',
        })
    } else if (kind !== 'file') check.report(MACH['MACH-06'], path, `is a ${kind}, expected a file`)
    else checkImageIn(own, path, type)
  }
}

/** The layout of a machine's template, or of what was made of one. `provides`: what its userland brings. */
export const checkMachineTemplate = (check: Check, provides: Provides = () => false): void => {
  checkTop(check)
  checkBootLoader(check, provides)
  checkKernel(check, provides)
  checkMachineId(check)
  checkPlaces(check)
  if (!isThere(check.tree, provides, CONFIG)) check.report(MACH['MACH-05'], CONFIG, 'is missing')
  checkCloudInit(check)
  checkExtensions(check)
  const root = inside(check, ROOT)
  if (isDirectory(check.tree, ROOT)) {
    checkRootfs(root)
    checkPackagesBoot(root)
  }
  checkBoot(inside(check, DISK), {
    isSupplied: (path) => provides(below(DISK, path)),
    isDirect: isDirect(check.tree),
    release: releaseOf(subtree(check.tree, ROOT)),
  })
}
