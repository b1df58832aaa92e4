import type { Config } from '../config/config.ts'
import { HostError } from '../host/host.ts'
import { tenantDir, treesDir } from '../layout/paths.ts'
import { templatesHere } from '../templates/read.ts'
import { TEMPLATES } from './contents.ts'
import { fetchOnce } from './fetch-once.ts'
import type { TemplatedMachine, Wanted } from './machine-template.ts'
import { type Git, runGit } from './repository.ts'
import { type Draft, unfinished } from './revision.ts'
import { treeOf, unpackTree } from './unpack.ts'
import { protocolOf, withoutCredentials } from './url.ts'

/** Where the template of a machine lies, so that it can be read. */
export interface TemplateSource {
  readonly dir: string
  /** What messages call it. */
  readonly shown: string
}

export interface Sources {
  readonly git: Git
  readonly draft: Draft
  /** Templates of the repository itself, each with its git id. */
  readonly templates: Readonly<Record<string, string>>
  readonly config: Config
  readonly place: (path: string) => string
}

/** Beside the trees of revisions, for this run. */
const unpacked = ({ config }: Sources, git: Git, tree: string, shown: string): string => {
  const directory = unfinished(treesDir(git.id), `template-${tree}`)
  if (git.host.stat(directory) === undefined) unpackTree(git, tree, directory, shown, config)
  return directory
}

const hasCommit = (git: Git, commit: string): boolean =>
  runGit(git, ['cat-file', '-e', `${commit}^{commit}`]).status === 0

/** A repository of this host is not for a tenant to name: it could be another tenant's. */
const checkUrl = ({ git, config }: Sources, url: string): void => {
  const protocol = protocolOf(url)
  if (url === git.url) return
  if (protocol === 'file' || !config.protocols.includes(protocol)) {
    const allowed = config.protocols.filter((one) => one !== 'file').join(' ') || 'none'
    throw new HostError(
      withoutCredentials(url),
      `'${protocol}' is no protocol for templates of a tenant, there are ${allowed}`,
    )
  }
}

const fromUrl = (sources: Sources, { url = '', commit = '', path = '' }: Wanted): TemplateSource => {
  const { git, config } = sources
  checkUrl(sources, url)
  const other: Git = { ...git, url, directory: unfinished(tenantDir(git.id), 'templates') }
  const isOurs = hasCommit(git, commit)
  if (!isOurs) fetchOnce(other, commit, config)
  const from = isOurs ? git : other
  const shown = `${withoutCredentials(url)}#${commit.slice(0, 12)}${path === '' ? '' : `:${path}`}`
  const tree = treeOf(from, commit, path)
  if (tree === undefined) throw new HostError(shown, 'is no directory')
  return { dir: unpacked(sources, from, tree, shown), shown }
}

/** The template that a machine names: of the repository itself, of this host, or of another repository. Throws HostError. */
export const findSource = (sources: Sources, { wanted, path }: TemplatedMachine): TemplateSource => {
  const { git, templates, place } = sources
  const { name } = wanted
  if (name === undefined) return fromUrl(sources, wanted)
  const own = templates[`${TEMPLATES}/${name}`]
  if (own !== undefined) {
    const shown = place(`${TEMPLATES}/${name}`)
    return { dir: unpacked(sources, git, own, shown), shown }
  }
  const here = templatesHere(git.host).get(name)
  if (here !== undefined) return { dir: here, shown: here }
  throw new HostError(
    place(`${path}/metadata.json`),
    `template '${name}' is neither in ${TEMPLATES}/ of the repository nor installed on this host`,
  )
}
