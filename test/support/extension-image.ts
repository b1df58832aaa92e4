import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { needTools } from '../../build/prerequisites.mjs'
import { must, temporaryDir } from './materialise.ts'

/** Images of extensions, made by the tools that people make them with. */

export interface ExtensionWishes {
  readonly format: 'squashfs' | 'erofs' | 'ext4' | 'vfat'
  /** Texts by path; `-> TARGET` is a link. */
  readonly files: Readonly<Record<string, string>>
  /** Further options of the tool. */
  readonly options?: readonly string[]
  /** Extended attributes by path. */
  readonly labels?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Of the result only so many bytes, and so many zeroes more. */
  readonly keep?: number
  readonly add?: number
  /** Bytes, hexadecimal, at places of the result. */
  readonly patch?: Readonly<Record<string, string>>
}

const TOOLS = { squashfs: 'mksquashfs', erofs: 'mkfs.erofs', ext4: 'mkfs.ext4', vfat: 'mkfs.vfat' } as const

const pack = (format: ExtensionWishes['format'], tree: string, image: string, options: readonly string[]): void => {
  needTools(TOOLS[format])
  if (format === 'squashfs') must('mksquashfs', tree, image, '-noappend', '-quiet', '-no-progress', ...options)
  else if (format === 'erofs') must('mkfs.erofs', ...options, image, tree)
  else if (format === 'ext4') must('mkfs.ext4', '-q', '-d', tree, ...options, image, '4M')
  else must('mkfs.vfat', '-C', ...options, image, '4096')
}

export const extensionImage = ({
  format,
  files,
  options = ['squashfs', 'erofs'].includes(format) ? [format === 'squashfs' ? '-all-root' : '--all-root'] : [],
  labels = {},
  keep,
  add = 0,
  patch = {},
}: ExtensionWishes): Uint8Array => {
  using dir = temporaryDir()
  const [tree, image] = [join(dir.path, 'tree'), join(dir.path, 'image')]
  mkdirSync(tree)
  for (const [path, text] of Object.entries(files)) {
    const whole = join(tree, path)
    mkdirSync(dirname(whole), { recursive: true })
    if (text.startsWith('-> ')) symlinkSync(text.slice(3), whole)
    else writeFileSync(whole, text)
  }
  if (Object.keys(labels).length > 0) needTools('setfattr')
  for (const [path, own] of Object.entries(labels))
    for (const [name, value] of Object.entries(own)) must('setfattr', '-h', '-n', name, '-v', value, join(tree, path))
  pack(format, tree, image, options)
  const made = readFileSync(image)
  const bytes = Buffer.concat([made.subarray(0, keep ?? made.length), Buffer.alloc(add)])
  for (const [offset, digits] of Object.entries(patch)) bytes.set(Buffer.from(digits, 'hex'), Number(offset))
  return bytes
}
