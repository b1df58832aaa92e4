import type { Host } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import { GENERATOR_DIR } from '../layout/paths.ts'
import { logProblems } from '../program/generator.ts'
import { readInstalled } from '../units/installed.ts'
import type { Rendered } from '../units/write.ts'
import { diffLines } from './line-diff.ts'
import { survey } from './survey.ts'
import { paint, printJson, type Verb } from './verb.ts'

/** Names that only our generators write. */
const OURS = /^(?:tenants?[-@.]|var-lib-tenants-|run-bitbuilder-|multi-user\.target\.wants\/bitbuilder-)/

const namesBelow = (host: Host, dir: string, prefix: string): readonly string[] =>
  orElse<readonly string[]>(
    () =>
      (host.readDir(dir)?.entries ?? []).flatMap(({ name, kind }) =>
        kind === 'directory' ? namesBelow(host, `${dir}/${name}`, `${prefix}${name}/`) : [`${prefix}${name}`],
      ),
    () => [],
  )

export interface Change {
  readonly path: string
  readonly before: Rendered | undefined
  readonly after: Rendered | undefined
}

/** What differs between the last run of the generators and the next, sorted by path. */
const changes = (host: Host, after: readonly Rendered[]): readonly Change[] => {
  const next = new Map(after.map((file) => [file.path, file]))
  const there = namesBelow(host, GENERATOR_DIR, '').filter((path) => OURS.test(path))
  return [...new Set([...next.keys(), ...there])]
    .sort()
    .map((path) => ({ path, before: readInstalled(host, path), after: next.get(path) }))
    .filter((change) => change.before?.text !== change.after?.text || change.before?.target !== change.after?.target)
}

const body = (file: Rendered | undefined): string =>
  file?.target === undefined ? (file?.text ?? '') : `-> ${file.target}\n`

const print = (host: Host, { path, before, after }: Change): void => {
  const sign = before === undefined ? '+' : after === undefined ? '-' : '~'
  const lines = diffLines(body(before), body(after)).map((line) => {
    if (line.startsWith('+')) return paint(host, 'green', line)
    return line.startsWith('-') ? paint(host, 'red', line) : line
  })
  host.print(
    `${[paint(host, 'bold', `${sign} ${GENERATOR_DIR}/${path}`), ...lines.map((line) => `    ${line}`)].join('\n')}\n`,
  )
}

export const diff: Verb = {
  name: 'diff',
  summary: 'show what the next daemon-reload would change; exit status 1 when it would change anything',
  run: ({ host, json }) => {
    const { files, problems } = survey(host, undefined)
    const found = changes(host, files)
    if (json) printJson(host, { changes: found, problems })
    else {
      for (const change of found) print(host, change)
      logProblems(host, '', problems)
    }
    return found.length > 0 ? 1 : 0
  },
}
