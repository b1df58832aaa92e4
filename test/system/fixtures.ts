/** Tenants to test with: what an administrator would put on a host. */

import type { Files } from './machine.ts'

export const REGISTRY = '/var/lib/bitbuilder/tenants.json'

/** One with extensions, one with a dash in its id. */
export const registry = (...tenants: readonly object[]): string => `${JSON.stringify({ tenants }, null, 2)}\n`

export const TENANT123 = {
  id: 'tenant123',
  description: 'The first customer',
  resources: { cpu: 1.5, memory: '256M', tasks: 512 },
}
export const ACME_PROD = { id: 'acme-prod' }

/** Refused in its seventh line. */
export const BROKEN_FILE = '/etc/bitbuilder/tenants.d/broken.json'
export const BROKEN = `{
  "id": "broken",
  "description": "A tenant with a mistake",
  "resources": {
    "cpu": 2,
    "tasks": 100,
    "memory": "4 GB"
  }
}
`

const release = (kind: 'sysext' | 'confext', name: string, text = 'ID=debian\n'): Files => ({
  [`/${kind === 'sysext' ? 'usr/lib' : 'etc'}/extension-release.d/extension-release.${name}`]: text,
})

const below = (dir: string, ...files: readonly Files[]): Files =>
  Object.fromEntries(files.flatMap(Object.entries).map(([path, text]) => [`${dir}${path}`, text as string]))

const TENANTS = '/var/lib/tenants'
const SYSEXT = `${TENANTS}/tenant123/extensions/sysext`

/** Where the trees lie that `imagesScript` makes images of. */
const IMAGES = '/var/tmp/images'

/** Every form of extension: trees, versions, one that does not fit; those of the images still as trees. */
export const EXTENSIONS: Files = {
  ...below(`${SYSEXT}/tools`, release('sysext', 'tools'), {
    '/usr/bin/arch': '#!/bin/sh\necho from the extension\n',
    '/usr/share/who': 'tools\n',
  }),
  ...below(`${SYSEXT}/zz`, release('sysext', 'zz'), { '/usr/share/who': 'zz\n' }),
  ...below(`${SYSEXT}/editor.v/editor_1.9`, release('sysext', 'editor'), { '/usr/share/editor': '1.9\n' }),
  ...below(`${SYSEXT}/editor.v/editor_1.10`, release('sysext', 'editor'), { '/usr/share/editor': '1.10\n' }),
  ...below(`${SYSEXT}/alien`, release('sysext', 'alien', 'ID=fedora\nVERSION_ID=44\n'), {
    '/usr/share/alien': 'alien\n',
  }),
  ...below(`${IMAGES}/squash`, release('sysext', 'squash'), { '/usr/share/squash': 'squash\n' }),
  ...below(`${IMAGES}/ero`, release('sysext', 'ero'), { '/usr/share/ero': 'ero\n' }),
  ...below(`${IMAGES}/stranger`, release('sysext', 'stranger', 'ID=fedora\n'), { '/usr/share/stranger': 'stranger\n' }),
  ...below(`${TENANTS}/tenant123/extensions/confext/site`, release('confext', 'site'), { '/etc/site.conf': 'site\n' }),
  ...below(`${TENANTS}/acme-prod/extensions/sysext/tools`, release('sysext', 'tools'), {
    '/usr/share/who': 'acme-prod\n',
  }),
}

/** Makes the images: squashfs, erofs, and one whose inside does not fit, which only its mount can show. */
export const imagesScript = `
mksquashfs ${IMAGES}/squash ${SYSEXT}/squash.raw -quiet -no-progress
mkfs.erofs --quiet ${SYSEXT}/ero.raw ${IMAGES}/ero
mksquashfs ${IMAGES}/stranger ${SYSEXT}/stranger.raw -quiet -no-progress
rm -r ${IMAGES}`

export const SYSEXT_MOUNT = 'var-lib-tenants-tenant123-sysext.mount'
export const CONFEXT_MOUNT = 'var-lib-tenants-tenant123-confext.mount'
export const ACME_MOUNT = String.raw`var-lib-tenants-acme\x2dprod-sysext.mount`

/** networkd runs from the start. The machine has no link to the outside, so nothing would ever be online. */
export const networkdScript = `
systemctl enable systemd-networkd.service
systemctl disable systemd-networkd-wait-online.service`
