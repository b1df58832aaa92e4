import { type Check, guarded } from '../check.ts'
import type { Fix } from '../finding.ts'
import { octal } from '../mode.ts'
import { resolve, textAt } from '../resolve.ts'
import { ROOT } from './rules.ts'

/** What makes a machine this one and no other, and must not be in what many are made from. */

const SHORT = 64 << 10

const checkMachineId = (check: Check): void => {
  const path = 'etc/machine-id'
  const { tree, report } = check
  const text = guarded(check, ROOT['ROOT-18'], path, () => textAt(tree, path, SHORT))
  if (text === undefined || text === '' || text === 'uninitialized\n') return
  const isId = /^[0-9a-f]{32}\s*$/.test(text)
  report(ROOT['ROOT-18'], path, isId ? 'is the id of one machine' : 'is neither empty nor uninitialized', {
    fixes: [{ do: 'write', path, text: '', mode: 0o444 }],
  })
}

const OF_ONE_MACHINE = [
  'var/lib/systemd/random-seed',
  'var/lib/systemd/credential.secret',
  'boot/loader/random-seed',
  'efi/loader/random-seed',
]

const checkSecrets = ({ tree, report }: Check): void => {
  const keys = tree
    .entries('etc/ssh')
    .map(({ name }) => name)
    .filter((name) => /^ssh_host_.*_key$/.test(name))
    .map((name) => `etc/ssh/${name}`)
  const dbus = tree.node('var/lib/dbus/machine-id')?.kind === 'file' ? ['var/lib/dbus/machine-id'] : []
  for (const path of [...OF_ONE_MACHINE, ...dbus, ...keys])
    if (tree.node(path) !== undefined) {
      const fixes: readonly Fix[] = [{ do: 'remove', path }]
      report(ROOT['ROOT-19'], path, 'is what each machine makes for itself', { fixes })
    }
}

const checkShadow = (check: Check): void => {
  const { tree, report } = check
  for (const path of ['etc/shadow', 'etc/gshadow']) {
    const node = tree.node(path)
    if (node?.kind !== 'file') continue
    if ((node.mode & ~0o640) !== 0)
      report(ROOT['ROOT-29'], path, `has mode ${octal(node.mode)}, expected 0640 or less`, {
        isLost: true,
        fixes: [{ do: 'chmod', path, mode: node.mode & 0o640 }],
      })
    const text = guarded(check, ROOT['ROOT-29'], path, () => tree.text(path, 1 << 20)) ?? ''
    for (const [index, line] of text.split('\n').entries()) {
      const [user = '', hash] = line.split(':')
      const isPassword = hash !== undefined && !/^(?:!.*|\*.*|x)$/.test(hash)
      if (isPassword)
        report(
          ROOT['ROOT-29'],
          path,
          hash === '' ? `lets '${user}' in without a password` : `has a password of '${user}'`,
          {
            line: index + 1,
            column: user.length + 2,
          },
        )
    }
  }
}

const checkKindOfTree = ({ tree, report }: Check): void => {
  for (const path of ['etc/hostname', 'etc/machine-info'])
    if (tree.node(path) !== undefined)
      report(ROOT['ROOT-20'], path, 'is there, so that all machines made from it have it')
  for (const directory of ['etc/extension-release.d', 'usr/lib/extension-release.d'])
    for (const { name } of tree.entries(directory))
      if (name.startsWith('extension-release.'))
        report(ROOT['ROOT-27'], `${directory}/${name}`, 'makes the tree an extension as well')
  if (resolve(tree, 'etc/initrd-release').state === 'found')
    report(ROOT['ROOT-28'], 'etc/initrd-release', 'makes the tree an initrd')
}

export const checkIdentity = (check: Check): void => {
  checkMachineId(check)
  checkSecrets(check)
  checkShadow(check)
  checkKindOfTree(check)
}
