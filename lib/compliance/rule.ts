/** What has to be so of a tree, an image or a file, as data. Numbers never change their meaning: people filter by them. */

export type Severity = 'error' | 'warning'

/** Where a rule comes from. */
export interface Source {
  /** `UAPI.9 Linux File System Hierarchy, "/tmp/"`, `os-release(5)`. */
  readonly words: string
  /** `https://…`, or `man:PAGE(SECTION)` for what only we say. */
  readonly url: string
}

export interface Rule {
  /** `ROOT-03`. */
  readonly id: string
  readonly severity: Severity
  /** What has to be so, one line without full stop. */
  readonly requires: string
  readonly source: Source
  /** Why, or what happens otherwise: for `--explain`. */
  readonly why?: string
  /** What `--fix` does about it. */
  readonly fix?: string
}

export type RuleTable<Id extends string = string> = Readonly<Record<Id, Rule>>

type Row = readonly [severity: 'E' | 'W', requires: string, source: Source, more?: Pick<Rule, 'why' | 'fix'>]

/** A table of rules by their numbers: `rules({ 'ROOT-01': ['E', 'the root is a directory', hierarchy('General Structure')] })`. */
export const rules = <Id extends string>(rows: Readonly<Record<Id, Row>>): RuleTable<Id> =>
  Object.fromEntries(
    Object.entries<Row>(rows).map(([id, [letter, requires, source, more]]): [string, Rule] => [
      id,
      { id, severity: letter === 'E' ? 'error' : 'warning', requires, source, ...more },
    ]),
  ) as RuleTable<Id>

/** GitHub's and the specifications' way from a heading to its anchor. */
const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^a-z0-9 _-]/g, '')
    .replaceAll(' ', '-')

/** A UAPI specification by the name of its page, and the heading. */
export const uapi =
  (name: string, words: string) =>
  (heading?: string): Source => ({
    words: heading === undefined ? words : `${words}, "${heading}"`,
    url: `https://uapi-group.org/specifications/specs/${name}/${heading === undefined ? '' : `#${anchor(heading)}`}`,
  })

export const hierarchy = uapi('linux_file_system_hierarchy', 'UAPI.9 Linux File System Hierarchy')

/** A page of systemd's manual. */
export const systemdPage = (page: string, section: number): Source => ({
  words: `${page}(${section})`,
  url: `https://www.freedesktop.org/software/systemd/man/latest/${page}.html`,
})

/** A document of systemd's site, https://systemd.io. */
export const systemdDocument = (name: string, heading?: string): Source => ({
  words: heading === undefined ? `systemd.io/${name}` : `systemd.io/${name}, "${heading}"`,
  url: `https://systemd.io/${name}/${heading === undefined ? '' : `#${anchor(heading)}`}`,
})

/** What we alone ask for. */
export const ours = (page = 'bitbuilder-templates', section = 7): Source => ({
  words: `${page}(${section})`,
  url: `man:${page}(${section})`,
})
