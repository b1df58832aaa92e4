import type { Host } from '../host/host.ts'
import type { Main } from '../program/main.ts'
import { type Arguments, parseArguments } from './arguments.ts'
import { diff } from './diff.ts'
import { doctor } from './doctor.ts'
import { generate } from './generate.ts'
import { list } from './list.ts'
import { logs } from './logs.ts'
import { network } from './network.ts'
import { plan } from './plan.ts'
import { provision, rollback } from './provision.ts'
import { remove } from './remove.ts'
import { schema } from './schema.ts'
import { show } from './show.ts'
import { status } from './status.ts'
import type { Option, Verb } from './verb.ts'
import { verify } from './verify.ts'
import { VERSION } from './version.ts'

export const VERBS: readonly Verb[] = [
  list,
  show,
  network,
  generate,
  verify,
  diff,
  plan,
  provision,
  rollback,
  status,
  logs,
  remove,
  doctor,
  schema,
]

/** Options that every verb takes. */
export const OPTIONS: readonly Option[] = [
  { name: '--root', value: 'DIR', summary: 'read everything below DIR instead of /' },
  { name: '--json', summary: 'print JSON' },
  { name: '--help', short: '-h', summary: 'print this help' },
  { name: '--version', summary: 'print the version' },
]

/** A short name has one meaning, whatever the verb. */
const ALL_OPTIONS: readonly Option[] = [...OPTIONS, ...VERBS.flatMap(({ options = [] }) => options)]

const synopsis = ({ name, operand, further }: Verb): string =>
  [
    name,
    ...[operand, further].flatMap((one) => (one === undefined ? [] : one.required ? one.name : `[${one.name}]`)),
  ].join(' ')

type Row = readonly [string, string]

const optionRow = (indent: string, { name, value, summary }: Option): Row => [
  `${indent}${value === undefined ? name : `${name}=${value}`}`,
  summary,
]

const helpText = (): string => {
  const rows = [
    ...VERBS.flatMap((verb): readonly Row[] => [
      [synopsis(verb), verb.summary],
      ...(verb.options ?? []).map((option) => optionRow('  ', option)),
    ]),
    ...OPTIONS.map((option) => optionRow('', option)),
  ]
  const width = Math.max(...rows.map(([left]) => left.length))
  const lines = rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
  return `${['bitbuilder [OPTIONS] VERB', '', ...lines, '', 'See bitbuilder(8), tenants.json(5).'].join('\n')}\n`
}

/** What is wrong with how a verb is called. */
const misuse = (host: Host, verb: Verb, { words, options }: Arguments): string | undefined => {
  const [name, operand] = words
  const most = [verb.operand, verb.further].filter((one) => one !== undefined).length
  const own = [...OPTIONS, ...(verb.options ?? [])]
  const foreign = [...options.keys()].find((given) => own.every((option) => option.name !== given))
  if (foreign !== undefined) return `${name}: unknown option '${foreign}'`
  if (verb.operand?.required === true && operand === undefined) return `${name}: expected ${verb.operand.name}`
  if (words.length > 1 + most) return `${name}: too many arguments`
  const root = options.get('--root')
  if (root !== undefined && verb.isLive === true) return `${name}: is about the running system, without --root`
  return root !== undefined && host.readDir(root) === undefined ? `--root: there is no directory '${root}'` : undefined
}

const wrong = (host: Host, message: string): number => {
  host.log('error', `bitbuilder: ${message}`)
  host.log('info', 'bitbuilder --help lists what there is')
  return 2
}

/** bitbuilder(8), the administrator's command. Exit status 0, 1 when something is wrong, 2 for a wrong call; more by verb. */
export const bitbuilder: Main = (host, args) => {
  const parsed = parseArguments(args, ALL_OPTIONS)
  if (typeof parsed === 'string') return wrong(host, parsed)
  const { words, options } = parsed
  const [name, operand, further] = words
  if (options.has('--version')) {
    host.print(`bitbuilder ${VERSION}\n`)
    return 0
  }
  if (options.has('--help') || name === 'help') {
    host.print(helpText())
    return 0
  }
  if (name === undefined) return wrong(host, 'expected a verb')
  const verb = VERBS.find((one) => one.name === name)
  if (verb === undefined) return wrong(host, `unknown verb '${name}'`)
  const message = misuse(host, verb, parsed)
  if (message !== undefined) return wrong(host, message)
  const root = options.get('--root')
  const below = root === undefined ? host : host.below(root)
  return verb.run({ host: below, operand, further, json: options.has('--json'), options })
}
