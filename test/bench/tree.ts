/** The hosts that the bench runs on: a registry of so many tenants and what provisioning has left of them on disk. */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Text by absolute path; undefined for a directory. */
export type Tree = ReadonlyMap<string, string | undefined>

const TENANTS = '/var/lib/tenants'
const REGISTRY = '/var/lib/bitbuilder/tenants.json'

/** `tenant-0001`: a dash, because its escape is part of the work. */
const tenantId = (number: number): string => `tenant-${String(number).padStart(4, '0')}`

/** Every tenth tenant has an extension of each class and a root for its infrastructure VM. */
export const hasExtensions = (number: number): boolean => number % 10 === 1

const entry = (number: number) => ({
  id: tenantId(number),
  description: `Tenant number ${number}`,
  resources: { cpu: 2, memory: '2G', storage: '10G', tasks: 4096, ioWeight: 100 },
})

const release = (name: string): string => `ID=_any\nEXTENSION_NAME=${name}\n`

const extensionTree = (dir: string): [string, string][] => [
  [`${dir}/extensions/sysext/tools/usr/lib/extension-release.d/extension-release.tools`, release('tools')],
  [`${dir}/extensions/sysext/tools/usr/bin/tool`, '#!/bin/sh\n'],
  [`${dir}/extensions/confext/site/etc/extension-release.d/extension-release.site`, release('site')],
  [`${dir}/infra/rootfs/etc/os-release`, 'ID=debian\nVERSION_ID=13\n'],
  [`${dir}/infra/rootfs/usr/lib/os-release`, 'ID=debian\nVERSION_ID=13\n'],
]

/** A host of `count` tenants: every one provisioned and with limits. */
export const hostOf = (count: number): Tree => {
  const numbers = Array.from({ length: count }, (_, index) => index + 1)
  const tenants = numbers.map(entry)
  return new Map<string, string | undefined>([
    [TENANTS, undefined],
    [REGISTRY, `${JSON.stringify({ tenants }, undefined, 2)}\n`],
    ...numbers.flatMap((number): [string, string | undefined][] => {
      const dir = `${TENANTS}/${tenantId(number)}`
      return [
        ...['machines', 'containers', 'extensions/sysext', 'extensions/confext', 'overlay'].map(
          (name): [string, undefined] => [`${dir}/${name}`, undefined],
        ),
        ...(hasExtensions(number) ? extensionTree(dir) : []),
      ]
    }),
  ])
}

const QUADLETS = '/etc/containers/systemd'

/** As many containers for podman's generator, as near to a tenant as such a file comes: one service each, with limits. */
export const quadletsOf = (count: number): Tree =>
  new Map(
    Array.from({ length: count }, (_, index): [string, string] => [
      `${QUADLETS}/${tenantId(index + 1)}.container`,
      [
        `[Unit]\nDescription=Tenant number ${index + 1}\n`,
        '[Container]\nImage=registry.example.org/tenant:1\n',
        '[Service]\nCPUQuota=200%\nMemoryMax=2G\nTasksMax=4096\nIOWeight=100\n',
        '[Install]\nWantedBy=multi-user.target\n',
      ].join('\n'),
    ]),
  )

/** Makes a tree on this machine, in place of the one before. */
export const plant = (tree: Tree): void => {
  for (const dir of [TENANTS, dirname(REGISTRY)]) rmSync(dir, { recursive: true, force: true })
  for (const [path, text] of tree) {
    mkdirSync(text === undefined ? path : dirname(path), { recursive: true })
    if (text !== undefined) writeFileSync(path, text, { mode: 0o644 })
  }
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** The same as a script for sh, for a machine that has no Node. */
export const plantScript = (tree: Tree): string => {
  const parents = new Set([...tree].map(([path, text]) => (text === undefined ? path : dirname(path))))
  const files = [...tree].flatMap(([path, text]) => (text === undefined ? [] : [{ path, text }]))
  return [
    `rm -rf ${TENANTS} ${dirname(REGISTRY)}`,
    ...[...parents].map((path) => `mkdir -p ${path}`),
    ...files.map(({ path, text }) => `printf %s ${quote(text)} >${path}`),
    '',
  ].join('\n')
}
