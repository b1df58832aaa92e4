/** systemd.syntax(7), with the place of everything. */

export interface Setting {
  readonly section: string
  readonly key: string
  readonly value: string
  /** From 1, of the key; where a value goes on in further lines, of the first one. */
  readonly line: number
  readonly column: number
}

export interface Section {
  readonly name: string
  readonly line: number
}

export interface IniText {
  /** In their order, those of a section that is there twice too. */
  readonly settings: readonly Setting[]
  readonly sections: readonly Section[]
  /** Lines that are none; the reader of `isFatal` gives up on the file. */
  readonly mistakes: readonly { readonly line: number; readonly message: string; readonly isFatal: boolean }[]
}

interface Line {
  readonly text: string
  readonly number: number
}

const isComment = (text: string): boolean => /^\s*[#;]/.test(text)

/** Lines with those that they go on in; comments between them are left out. */
const joined = (text: string): readonly Line[] => {
  const lines: Line[] = []
  let open: Line | undefined
  for (const [index, raw] of text
    .replace(/^\ufeff/, '')
    .split('\n')
    .entries()) {
    if (isComment(raw)) continue
    const goesOn = /(?:^|[^\\])(?:\\\\)*\\$/.test(raw)
    const piece = goesOn ? `${raw.slice(0, -1)} ` : raw
    const line: Line = open === undefined ? { text: piece, number: index + 1 } : { ...open, text: open.text + piece }
    open = goesOn ? line : undefined
    if (!goesOn) lines.push(line)
  }
  return open === undefined ? lines : [...lines, open]
}

export const parseIni = (text: string): IniText => {
  const settings: Setting[] = []
  const sections: Section[] = []
  const mistakes: { line: number; message: string; isFatal: boolean }[] = []
  for (const { text: whole, number: line } of joined(text)) {
    const stripped = whole.trim()
    const say = (message: string, isFatal = false): void => {
      mistakes.push({ line, message, isFatal })
    }
    if (stripped === '') continue
    if (stripped.startsWith('[')) {
      if (stripped.endsWith(']')) sections.push({ name: stripped.slice(1, -1), line })
      else {
        say(`'${stripped}' is no header of a section`, true)
        break
      }
      continue
    }
    const equals = stripped.indexOf('=')
    const section = sections.at(-1)?.name
    if (section === undefined) say('stands outside of a section')
    else if (equals < 0) say("has no '='")
    else if (equals === 0) say("has no key before '='")
    else
      settings.push({
        section,
        key: stripped.slice(0, equals).trim(),
        value: stripped.slice(equals + 1).trim(),
        line,
        column: whole.length - whole.trimStart().length + 1,
      })
  }
  return { settings, sections, mistakes }
}

/** The last value of a key: what a reader has of it in the end. */
export const lastOf = ({ settings }: IniText, section: string, key: string): Setting | undefined =>
  settings.findLast((one) => one.section === section && one.key === key)
