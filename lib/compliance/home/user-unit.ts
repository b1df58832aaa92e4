/** Unit files of the manager of a user, systemd.syntax(7), as far as they can be judged alone. */

export interface Flaw {
  /** From 1. */
  readonly line: number
  readonly message: string
  readonly hint?: string
  readonly isMild?: boolean
}

interface Assignment {
  readonly section: string
  readonly key: string
  readonly value: string
  readonly line: number
}

/** What a unit may have beside [Unit] and [Install]. */
const OWN: Readonly<Record<string, string>> = {
  service: 'Service',
  socket: 'Socket',
  timer: 'Timer',
  path: 'Path',
  mount: 'Mount',
  automount: 'Automount',
  swap: 'Swap',
  slice: 'Slice',
  scope: 'Scope',
}

const joinLines = (text: string): readonly (readonly [number, string])[] => {
  const joined: (readonly [number, string])[] = []
  let [held, from] = ['', 0]
  for (const [index, line] of text.split('\n').entries()) {
    const isComment = /^\s*[#;]/.test(line)
    if (held !== '' && isComment) continue
    if (held === '') from = index + 1
    if (!isComment && line.endsWith('\\')) held += `${line.slice(0, -1)} `
    else {
      joined.push([from, (held + line).trim()])
      held = ''
    }
  }
  if (held !== '') joined.push([from, held.trim()])
  return joined
}

interface Parsed {
  readonly assignments: readonly Assignment[]
  readonly flaws: readonly Flaw[]
}

const parse = (text: string, sections: readonly string[]): Parsed => {
  const assignments: Assignment[] = []
  const flaws: Flaw[] = []
  let section = ''
  for (const [line, whole] of joinLines(text)) {
    if (whole === '' || /^[#;]/.test(whole)) continue
    const header = /^\[([^\]]*)\]$/.exec(whole)?.[1]
    const end = whole.indexOf('=')
    if (header !== undefined) {
      section = header
      if (!sections.includes(header) && !header.startsWith('X-'))
        flaws.push({
          line,
          message: `unknown section [${header}]`,
          hint: `it may have ${sections.map((one) => `[${one}]`).join(', ')}`,
        })
    } else if (section === '') flaws.push({ line, message: 'stands before the first section, it is ignored' })
    else if (end <= 0) flaws.push({ line, message: `expected KEY=VALUE, got '${whole.slice(0, 60)}'` })
    else assignments.push({ section, key: whole.slice(0, end).trim(), value: whole.slice(end + 1).trim(), line })
  }
  return { assignments, flaws }
}

const KEY = /^[A-Z][A-Za-z0-9]*$/

/** Targets that only the manager of the system has. */
const OF_SYSTEM = [
  'multi-user',
  'network-online',
  'network',
  'local-fs',
  'remote-fs',
  'getty',
  'rescue',
  'emergency',
  'sysinit',
].map((name) => `${name}.target`)
const REFERENCES = /^(?:WantedBy|RequiredBy|UpheldBy|After|Before|Requires|Wants|BindsTo|Requisite|PartOf|Upholds)$/

const TYPES = ['simple', 'exec', 'forking', 'oneshot', 'dbus', 'notify', 'notify-reload', 'idle']

const flawOfAssignment = ({ section, key, value, line }: Assignment): Flaw | undefined => {
  if (section.startsWith('X-') || key.startsWith('X-')) return undefined
  if (!KEY.test(key)) return { line, message: `'${key.slice(0, 60)}' is no name of a setting` }
  const target = REFERENCES.test(key) ? value.split(/\s+/).find((one) => OF_SYSTEM.includes(one)) : undefined
  if (target !== undefined)
    return {
      line,
      message: `${key}=${target}: the manager of a user has no such target`,
      hint: 'it has default.target',
      isMild: true,
    }
  if (section !== 'Service') return undefined
  if (key === 'User' || key === 'Group' || key === 'DynamicUser')
    return { line, message: `${key}= has no place in a unit of a user, who cannot become another one`, isMild: true }
  if (key === 'Type' && !TYPES.includes(value)) return { line, message: `Type=${value.slice(0, 60)} is not known` }
  if (!/^Exec[A-Z]/.test(key) || value === '') return undefined
  const [program = ''] = value.replace(/^[@:+!|-]+/, '').split(/\s/, 1)
  if (program === '') return { line, message: `${key}= names no program` }
  const isRelative = program.includes('/') && !/^["']?[/%$]/.test(program)
  return isRelative
    ? { line, message: `${key}=${program.slice(0, 60)} is relative, expected an absolute path or a name` }
    : undefined
}

const lacksCommand = (assignments: readonly Assignment[]): boolean =>
  !assignments.some(
    ({ section, key, value }) =>
      section === 'Service' && /^(?:ExecStart|ExecStop|SuccessAction)$/.test(key) && value !== '',
  )

/** `kind`: `service`, the end of the unit's name. A drop-in need not be whole. */
export const flawsOfUnit = (text: string, kind: string, isDropIn: boolean): readonly Flaw[] => {
  const own = OWN[kind]
  const { assignments, flaws } = parse(text, ['Unit', 'Install', ...(own === undefined ? [] : [own])])
  const all = [...flaws, ...assignments.map(flawOfAssignment).filter((flaw) => flaw !== undefined)]
  if (kind === 'service' && !isDropIn && lacksCommand(assignments))
    all.push({ line: 1, message: 'has neither ExecStart= nor ExecStop=, the manager refuses it' })
  return all.sort((a, b) => a.line - b.line)
}
