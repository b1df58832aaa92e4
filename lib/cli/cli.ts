import type { Host } from '../host/host.ts'
import type { Main } from '../program/main.ts'
import { type Arguments, parseArguments } from './arguments.ts'
import { diff } from './diff.ts'
import { doctor } from './doctor.ts'
import { generate } from './generate.ts'
import { imageBuild } from './image-build.ts'
import { imageInstall, imageList, imageRollback } from './image-tenant.ts'
import { list } from './list.ts'
import { logs } from './logs.ts'
import { network } from './network.ts'
import { plan } from './plan.ts'
import { provision, rollback } from './provision.ts'
import { remove } from './remove.ts'
import { schema } from './schema.ts'
import { show } from './show.ts'
import { status } from './status.ts'
import { templateInstantiate, templateNew } from './template.ts'
import { templateList } from './template-list.ts'
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
  templateList,
  templateNew,
  templateInstantiate,
  imageBuild,
  imageInstall,
  imageList,
  imageRollback,
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

const operandsOf = ({ operand, further, third }: Verb) => [operand, further, third].filter((one) => one !== undefined)

const synopsis = (verb: Verb): string => {
  const operands = operandsOf(verb).map(({ name, required, many }) => {
    const shown = many === true ? `${name}…` : name
    return required ? shown : `[${shown}]`
  })
  return [verb.name, ...operands].join(' ')
}

interface Chosen {
  readonly verb: Verb
  readonly operands: readonly string[]
}

const wordsIn = (name: string): number => name.split(' ').length

/** The verb whose name the first words are. A string is what is wrong. */
const choose = (words: readonly string[]): Chosen | string => {
  const [first = ''] = words
  const verb = VERBS.find(({ name }) => name === words.slice(0, wordsIn(name)).join(' '))
  if (verb !== undefined) return { verb, operands: words.slice(wordsIn(verb.name)) }
  const further = VERBS.flatMap(({ name }) => (name.startsWith(`${first} `) ? [name.slice(first.length + 1)] : []))
  if (further.length === 0) return words.length === 0 ? 'expected a verb' : `unknown verb '${first}'`
  return `${first}: expected one of ${further.join(', ')}`
}

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
const misuse = (host: Host, { verb, operands }: Chosen, { options }: Arguments): string | undefined => {
  const { name } = verb
  const known = operandsOf(verb)
  const own = [...OPTIONS, ...(verb.options ?? [])]
  const foreign = [...options.keys()].find((given) => own.every((option) => option.name !== given))
  if (foreign !== undefined) return `${name}: unknown option '${foreign}'`
  const missing = known[operands.length]
  if (missing?.required === true) return `${name}: expected ${missing.name}`
  if (operands.length > known.length && known.at(-1)?.many !== true) return `${name}: too many arguments`
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
  const { words, options, lists } = parsed
  if (options.has('--version')) {
    host.print(`bitbuilder ${VERSION}\n`)
    return 0
  }
  if (options.has('--help') || words[0] === 'help') {
    host.print(helpText())
    return 0
  }
  const chosen = choose(words)
  if (typeof chosen === 'string') return wrong(host, chosen)
  const message = misuse(host, chosen, parsed)
  if (message !== undefined) return wrong(host, message)
  const root = options.get('--root')
  const below = root === undefined ? host : host.below(root)
  const { verb, operands } = chosen
  const [operand, further] = operands
  return verb.run({ host: below, operand, further, operands, json: options.has('--json'), options, lists })
}
