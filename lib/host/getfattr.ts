import type { Attribute, Host } from './host.ts'
import { HostError } from './host.ts'

const PATIENCE = 60

/** As many as fit into a command line, whatever they are called. */
const AT_ONCE = 400

const bytesOf = (digits: string): string =>
  (digits.match(/../g) ?? []).map((pair) => String.fromCharCode(Number.parseInt(pair, 16))).join('')

/** getfattr(1) writes a byte that could be mistaken as three octal digits. */
const withBytes = (name: string): string =>
  name.replace(/\\([0-7]{3}|\\)/g, (_, code: string) =>
    code === '\\' ? code : String.fromCharCode(Number.parseInt(code, 8)),
  )

const parse = (text: string): ReadonlyMap<string, readonly Attribute[]> =>
  new Map(
    text
      .split('\n\n')
      .filter((block) => block.startsWith('# file: '))
      .map((block) => {
        const [head = '', ...lines] = block.split('\n')
        const found = lines.flatMap((line): readonly Attribute[] => {
          const end = line.indexOf('=')
          return end < 0 ? [] : [[withBytes(line.slice(0, end)), bytesOf(line.slice(end + 3))]]
        })
        return [withBytes(head.slice('# file: '.length)), found] as const
      }),
  )

/** `Reader.attributes` for an engine that cannot ask the kernel itself. */
export const readAttributes = (
  host: Pick<Host, 'run'>,
  paths: readonly string[],
  real: (path: string) => string,
): readonly (readonly Attribute[])[] => {
  const found = new Map<string, readonly Attribute[]>()
  const wanted = paths.map(real)
  for (let at = 0; at < wanted.length; at += AT_ONCE) {
    const options = ['--no-dereference', '--dump', '--match=-', '--encoding=hex', '--absolute-names', '--']
    const { status, stdout, stderr } = host.run(['getfattr', ...options, ...wanted.slice(at, at + AT_ONCE)], PATIENCE)
    if (status === 127) throw new HostError(paths[at] as string, 'getfattr is missing, which is in the package attr')
    if (status > 1) throw new HostError(paths[at] as string, stderr.trim().split('\n').at(-1) ?? 'getfattr failed')
    for (const [path, attributes] of parse(stdout)) found.set(path, attributes)
  }
  return wanted.map((path) => found.get(path) ?? [])
}
