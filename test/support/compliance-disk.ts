import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, lchownSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ComplianceCase, Made, MadeTree } from './compliance-case.ts'
import { makeFifo, makeSocket, must } from './materialise.ts'

/** Cases of test/compliance on disk, and what an executable finds in them. */

const make = async (path: string, { kind, bytes, target, device }: Made): Promise<void> => {
  switch (kind) {
    case 'file':
      return writeFileSync(path, bytes)
    case 'directory':
      return mkdirSync(path)
    case 'link':
      return symlinkSync(target, path)
    case 'fifo':
      return makeFifo(path)
    case 'socket':
      return makeSocket(path)
    case 'device':
      return must('mknod', path, 'c', ...device.split(':'))
  }
}

/** `root` is made. Hard links go to files beside it. */
export const plantTree = async (tree: MadeTree, root: string): Promise<void> => {
  mkdirSync(root)
  let further = 0
  for (const [path, one] of tree) {
    const real = join(root, path)
    await make(real, one)
    if (one.uid !== 0 || one.gid !== 0) lchownSync(real, one.uid, one.gid)
    if (one.kind !== 'link') chmodSync(real, one.mode)
    for (const [name, value] of Object.entries(one.attributes)) must('setfattr', '-h', '-n', name, '-v', value, real)
    for (let link = 1; link < one.links; link += 1) {
      further += 1
      linkSync(real, `${root}.link${further}`)
    }
  }
}

interface FoundJson {
  readonly rule: string
  readonly severity: string
  readonly message: string
  readonly at: { readonly file: string; readonly line: number; readonly column: number }
  readonly hint?: string
  readonly fixes?: readonly unknown[]
}

/** What `verify --json` prints, and how it ended. */
export interface Verdict {
  readonly status: number | null
  readonly findings: readonly FoundJson[]
  readonly stderr: string
}

const collect = async (stream: NodeJS.ReadableStream): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Uint8Array))
  return Buffer.concat(chunks).toString('utf8')
}

/** The tree of a case is in `dir`/t, its base in `dir`/base. Names in findings are as in memory, below /t. */
export const verifyOnDisk = async (
  executable: string,
  dir: string,
  { spec, base }: ComplianceCase,
  ...options: readonly string[]
): Promise<Verdict> => {
  const child = spawn(
    executable,
    [
      'verify',
      '--json',
      ...options,
      ...(spec.as === undefined ? [] : [`--as=${spec.as}`]),
      ...(spec.mode === 'source' ? ['--source'] : []),
      ...(base === undefined ? [] : [`--base=${dir}/base`]),
      spec.subject === undefined ? `${dir}/t` : `${dir}/t/${spec.subject}`,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 },
  )
  const ended = once(child, 'close')
  const [stdout, stderr] = await Promise.all([collect(child.stdout), collect(child.stderr)])
  const [status] = await ended
  const text = stdout.replaceAll(`${dir}/t`, '/t').replaceAll(`${dir}/base`, '/base')
  const findings = text === '' ? [] : (JSON.parse(text) as { findings: FoundJson[] }).findings
  return { status, findings, stderr }
}
