import { chmodSync, copyFileSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Trees that extension images are made of. */

export interface TreeOptions {
  /** That of a umask: what everybody but the owner may not. */
  readonly mask?: number
  /** Seconds since 1970. */
  readonly time?: number
  readonly reversed?: boolean
}

/** Writes the files, links `-> TARGET` among them, and sets times last, since they change with what is put in. */
export const writeTree = (
  dir: string,
  files: Readonly<Record<string, string>>,
  { mask = 0o022, time = 1_700_000_000, reversed = false }: TreeOptions = {},
): string => {
  const paths = Object.keys(files).sort()
  const dirs = new Set<string>([dir])
  for (const path of reversed ? paths.reverse() : paths) {
    const [whole, text] = [join(dir, path), files[path] as string]
    mkdirSync(dirname(whole), { recursive: true })
    for (let up = dirname(whole); up.length >= dir.length; up = dirname(up)) dirs.add(up)
    if (text.startsWith('-> ')) symlinkSync(text.slice(3), whole)
    else if (text.startsWith('copy of ')) copyFileSync(text.slice(8), whole)
    else writeFileSync(whole, text)
    if (text.startsWith('-> ')) continue
    chmodSync(whole, (text.startsWith('#!') ? 0o777 : 0o666) & ~mask)
    utimesSync(whole, time, time)
  }
  for (const one of dirs) {
    chmodSync(one, 0o777 & ~mask)
    utimesSync(one, time, time)
  }
  return dir
}

export const TOOLS = {
  'usr/lib/extension-release.d/extension-release.tools': 'ID=_any\nARCHITECTURE=x86-64\nSYSEXT_VERSION_ID=1.2\n',
  'usr/bin/hello': '#!/bin/sh\necho hello\n',
  'usr/bin/hi': '-> hello',
  'usr/share/tools/large': `${'text '.repeat(40_000)}\n`,
  'usr/share/tools/empty': '',
}

export const SITE = {
  'etc/extension-release.d/extension-release.site': 'ID=_any\nCONFEXT_VERSION_ID=3\n',
  'etc/site.conf': 'x\n',
}
