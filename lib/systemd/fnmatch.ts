/** fnmatch(3): `*`, `?`, `[a-z]`, `[!x]`, and a backslash before what is meant as itself. */

type Token = '*' | ((char: string) => boolean)

/** `[a-z]`, `[!x]`, `[^x]`; a `]` in first place is meant as itself. */
const SET = /^\[([!^]?)(\]?[^\]]*)\]/

const setToken = (inside: string, negated: boolean): Token => {
  const ranges = inside.match(/[\s\S]-[\s\S]|[\s\S]/g) ?? []
  const holds = (char: string): boolean =>
    ranges.some((range) => char >= (range[0] as string) && char <= (range.at(-1) as string))
  return (char) => holds(char) !== negated
}

const tokensOf = (pattern: string): readonly Token[] => {
  const tokens: Token[] = []
  for (let rest = pattern; rest !== ''; ) {
    const set = SET.exec(rest)
    const escaped = rest[0] === '\\' && rest.length > 1
    const literal = rest[escaped ? 1 : 0] as string
    if (set !== null && set[2] !== '') tokens.push(setToken(set[2] as string, set[1] !== ''))
    else if (rest[0] === '*') tokens.push('*')
    else if (rest[0] === '?') tokens.push(() => true)
    else tokens.push((char) => char === literal)
    rest = rest.slice(set !== null && set[2] !== '' ? set[0].length : escaped ? 2 : 1)
  }
  return tokens
}

/**
 * A test for one pattern. Goes back to the last `*` alone: a regular expression of many would take minutes of a boot.
 */
export const matcherOf = (pattern: string): ((text: string) => boolean) => {
  const tokens = tokensOf(pattern)
  return (text) => {
    let at = 0
    let star: { readonly token: number; from: number } | undefined
    for (let i = 0; i < text.length; ) {
      const token = tokens[at]
      if (token === '*') {
        star = { token: at, from: i }
        at += 1
      } else if (token?.(text[i] as string) === true) {
        at += 1
        i += 1
      } else if (star !== undefined) {
        star.from += 1
        i = star.from
        at = star.token + 1
      } else return false
    }
    return tokens.slice(at).every((token) => token === '*')
  }
}
