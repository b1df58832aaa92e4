import type { Problem } from '../report/problem.ts'
import type { Rule } from './rule.ts'

/** What `--fix`, and an instantiation, do. Paths are those of the tree that is looked at; each may be repeated. */
export type Fix =
  | { readonly do: 'mkdir'; readonly path: string; readonly mode: number }
  | { readonly do: 'chmod'; readonly path: string; readonly mode: number }
  /** Takes the place of a link or a file, never of a directory. */
  | { readonly do: 'link'; readonly path: string; readonly target: string }
  | { readonly do: 'write'; readonly path: string; readonly text: string; readonly mode: number }
  | { readonly do: 'rename'; readonly path: string; readonly to: string }
  | { readonly do: 'copy'; readonly path: string; readonly to: string }
  /** A file, a link or an empty directory. */
  | { readonly do: 'remove'; readonly path: string }

/** One thing that is not as a rule wants it. `at.file` begins with the tree's name. */
export interface Finding extends Problem {
  readonly rule: Rule
  /** Path in the tree that `verify` was asked about; `''` for the whole. */
  readonly path: string
  /** In their order. None: a person has to look. */
  readonly fixes: readonly Fix[]
  /** Git lost it, and who makes something of the tree makes it good. */
  readonly isLost?: true
}

/** `OSR-03, ROOT-22 4 times`: where there is room for one line. */
export const countRules = (findings: readonly Finding[]): string => {
  const counts = new Map<string, number>()
  for (const { rule } of findings) counts.set(rule.id, (counts.get(rule.id) ?? 0) + 1)
  return [...counts].map(([id, count]) => (count === 1 ? id : `${id} ${count} times`)).join(', ')
}
