/** A reader of unit files that shares nothing with the renderer: systemd.syntax(7), systemd.service(5), as systemd reads. */

export interface Line {
  readonly section: string
  readonly key: string
  readonly value: string
}

/** Lines joined where one ends in a backslash; comments inside a continued line are dropped, as systemd drops them. */
const logicalLines = (text: string): readonly string[] => {
  const lines: string[] = []
  let open = ''
  for (const line of text.split(/[\n\r\0]/)) {
    const isComment = /^\s*[#;]/.test(line)
    if (isComment) continue
    if (line.endsWith('\\')) open += `${line.slice(0, -1)} `
    else {
      lines.push(open + line)
      open = ''
    }
  }
  return open === '' ? lines : [...lines, open]
}

export const parseUnit = (text: string): readonly Line[] => {
  const found: Line[] = []
  let section = ''
  for (const line of logicalLines(text)) {
    // White space as systemd has it; JavaScript knows more.
    const trimmed = line.replace(/^[ \t]+|[ \t]+$/g, '')
    if (trimmed === '') continue
    const header = /^\[([^\]]*)\]$/.exec(trimmed)
    const equals = trimmed.indexOf('=')
    if (header !== null) section = header[1] as string
    else if (equals < 1) throw new Error(`neither a section nor an assignment: ${JSON.stringify(line)}`)
    else
      found.push({
        section,
        key: trimmed.slice(0, equals).trimEnd(),
        value: trimmed.slice(equals + 1).replace(/^[ \t]+/, ''),
      })
  }
  return found
}

const C_ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  '"': '"',
  "'": "'",
  s: ' ',
}

export type Unescape = 'c' | 'plain' | 'none'

/** What a backslash before `char` stands for: a C escape in Exec lines and Environment=, the character itself in paths. */
const unescaped = (char: string, how: Unescape): string => {
  if (how === 'plain') return char
  const known = C_ESCAPES[char]
  if (known === undefined) throw new Error(`unknown escape \\${char}`)
  return known
}

/** A list split at white space, with quotes and backslashes taken away. */
export const splitWords = (text: string, how: Unescape): readonly string[] => {
  if (how === 'none') return text.split(/\s+/).filter((word) => word !== '')
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i] as string
    if (char === '\\') {
      i += 1
      word = (word ?? '') + unescaped(text[i] ?? '', how)
    } else if (quote !== '') {
      if (char === quote) quote = ''
      else word = (word ?? '') + char
    } else if (char === '"' || char === "'") {
      quote = char
      word ??= ''
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + char
  }
  if (quote !== '') throw new Error(`open quote: ${text}`)
  return word === undefined ? words : [...words, word]
}

/** `%%` is a percent sign; any other `%` would be a specifier, and ours writes none. */
export const expand = (text: string): string =>
  text.replace(/%(.?)/gu, (all, next) => {
    if (next !== '%') throw new Error(`specifier ${all} in ${text}`)
    return '%'
  })

/** `$$` is a dollar; any other `$` would be a variable. */
export const expandDollars = (text: string): string =>
  text.replace(/\$(.?)/gu, (all, next) => {
    if (next !== '$') throw new Error(`variable ${all} in ${text}`)
    return '$'
  })

/** The options of mount(8), parted at commas without a `\\` before them. */
export const splitOptions = (text: string): readonly string[] => {
  if (text.includes('"')) throw new Error(`mount(8) would take a quote for its own: ${text}`)
  return text.split(/(?<!\\),/)
}

/** The layers of lowerdir=: parted at colons, `\\` before any character that is meant. */
const splitLayers = (text: string): readonly string[] => {
  const parts: string[] = ['']
  for (let i = 0; i < text.length; i += 1) {
    const escaped = text[i] === '\\'
    if (escaped) i += 1
    if (!escaped && text[i] === ':') parts.push('')
    else parts[parts.length - 1] += text[i] ?? ''
  }
  return parts
}

/** The lower directories of an overlay, in either spelling of the option. */
export const layersOf = (options: readonly string[]): readonly string[] =>
  options.flatMap((option) => {
    if (option.startsWith('lowerdir=')) return splitLayers(option.slice('lowerdir='.length))
    return option.startsWith('lowerdir+=') ? [option.slice('lowerdir+='.length).replaceAll('\\,', ',')] : []
  })
