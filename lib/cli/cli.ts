import type { Host } from '../host/host.ts'
import type { Main } from '../program/main.ts'
import { diff } from './diff.ts'
import { generate } from './generate.ts'
import { list } from './list.ts'
import { plan } from './plan.ts'
import { schema } from './schema.ts'
import { show } from './show.ts'
import type { Verb } from './verb.ts'
import { verify } from './verify.ts'
import { VERSION } from './version.ts'

export const VERBS: readonly Verb[] = [list, show, generate, verify, diff, plan, schema]

/** Options that every verb takes. */
export const OPTIONS: readonly { readonly name: string; readonly value?: string; readonly summary: string }[] = [
  { name: '--root', value: 'DIR', summary: 'read everything below DIR instead of /' },
  { name: '--json', summary: 'print JSON' },
  { name: '--help', summary: 'print this help' },
  { name: '--version', summary: 'print the version' },
]

const synopsis = ({ name, operand }: Verb): string => {
  if (operand === undefined) return name
  return `${name} ${operand.required ? operand.name : `[${operand.name}]`}`
}

const helpText = (): string => {
  const rows = [
    ...VERBS.map((verb) => [synopsis(verb), verb.summary] as const),
    ...OPTIONS.map(({ name, value, summary }) => [value === undefined ? name : `${name}=${value}`, summary] as const),
  ]
  const width = Math.max(...rows.map(([left]) => left.length))
  const lines = rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
  return `${['bitbuilder [OPTIONS] VERB', '', ...lines, '', 'See bitbuilder(8), tenants.json(5).'].join('\n')}\n`
}

interface Parsed {
  readonly words: readonly string[]
  readonly root: string | undefined
  readonly flags: ReadonlySet<string>
}

/** `--root=DIR` and `--root DIR`; options may stand anywhere. A string is what is wrong. */
const parse = (args: readonly string[]): Parsed | string => {
  const words: string[] = []
  const flags = new Set<string>()
  let root: string | undefined
  const pending = [...args].reverse()
  while (pending.length > 0) {
    const arg = pending.pop() as string
    const [name, value] = splitOption(arg)
    if (name === '-h') flags.add('--help')
    else if (!name.startsWith('-')) words.push(arg)
    else if (name === '--root') {
      root = value ?? pending.pop() ?? ''
      if (root === '') return '--root: expected a directory'
    } else if (OPTIONS.some((option) => option.name === name) && value === undefined) flags.add(name)
    else return `unknown option '${arg}'`
  }
  return { words, root, flags }
}

const splitOption = (arg: string): readonly [string, string?] => {
  const at = arg.startsWith('--') ? arg.indexOf('=') : -1
  return at < 0 ? [arg] : [arg.slice(0, at), arg.slice(at + 1)]
}

const wrong = (host: Host, message: string): number => {
  host.log('error', `bitbuilder: ${message}`)
  host.log('info', 'bitbuilder --help lists what there is')
  return 2
}

/** bitbuilder(8), the administrator's command. Exit status 0, 1 when something is wrong, 2 for a wrong call. */
export const bitbuilder: Main = (host, args) => {
  const parsed = parse(args)
  if (typeof parsed === 'string') return wrong(host, parsed)
  const { words, root, flags } = parsed
  const [name, operand, ...more] = words
  if (flags.has('--version')) {
    host.print(`bitbuilder ${VERSION}\n`)
    return 0
  }
  if (flags.has('--help') || name === 'help') {
    host.print(helpText())
    return 0
  }
  if (name === undefined) return wrong(host, 'expected a verb')
  const verb = VERBS.find((one) => one.name === name)
  if (verb === undefined) return wrong(host, `unknown verb '${name}'`)
  if (verb.operand?.required === true && operand === undefined)
    return wrong(host, `${name}: expected ${verb.operand.name}`)
  if (more.length > 0 || (verb.operand === undefined && operand !== undefined))
    return wrong(host, `${name}: too many arguments`)
  if (root !== undefined && host.readDir(root) === undefined)
    return wrong(host, `--root: there is no directory '${root}'`)
  return verb.run({ host: root === undefined ? host : host.below(root), operand, json: flags.has('--json') })
}
