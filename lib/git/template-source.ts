import type { Config } from '../config/config.ts'
import { HostError } from '../host/host.ts'
import { treesDir } from '../layout/paths.ts'
import { templatesHere } from '../templates/read.ts'
import { TEMPLATES } from './contents.ts'
import type { TemplatedMachine, Wanted } from './machine-template.ts'
import { type Git, repositorySize, runGit } from './repository.ts'
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
const unpacked = ({ git, config }: Sources, tree: string, shown: string): string => {
  const directory = unfinished(treesDir(git.id), `template-${tree}`)
  if (git.host.stat(directory) === undefined) unpackTree(git, tree, directory, shown, config)
  return directory
}

const hasCommit = (git: Git, commit: string): boolean =>
  runGit(git, ['cat-file', '-e', `${commit}^{commit}`]).status === 0

const fetchCommit = ({ git, config }: Sources, url: string, commit: string): void => {
  const bytes = config.maxRepositorySize - repositorySize(git)
  if (bytes <= 0) throw new HostError(withoutCredentials(url), 'has no room in MaxRepositorySize=')
  const options = ['--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head', '--no-auto-maintenance']
  const refs = `+${commit}:refs/bitbuilder/templates/${commit}`
  const { status, words } = runGit(git, ['fetch', ...options, '--depth=1', '--refmap=', '--', url, refs], {
    seconds: config.fetchTimeout,
    bytes,
  })
  if (status !== 0) throw new HostError(withoutCredentials(url), `cannot fetch ${commit}: ${words}`)
}

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
  const { git } = sources
  checkUrl(sources, url)
  if (!hasCommit(git, commit)) fetchCommit(sources, url, commit)
  const shown = `${withoutCredentials(url)}#${commit.slice(0, 12)}${path === '' ? '' : `:${path}`}`
  const tree = treeOf(git, commit, path)
  if (tree === undefined) throw new HostError(shown, 'is no directory')
  return { dir: unpacked(sources, tree, shown), shown }
}

/** The template that a machine names: of the repository itself, of this host, or of another repository. Throws HostError. */
export const findSource = (sources: Sources, { wanted, path }: TemplatedMachine): TemplateSource => {
  const { git, templates, place } = sources
  const { name } = wanted
  if (name === undefined) return fromUrl(sources, wanted)
  const own = templates[`${TEMPLATES}/${name}`]
  if (own !== undefined) {
    const shown = place(`${TEMPLATES}/${name}`)
    return { dir: unpacked(sources, own, shown), shown }
  }
  const here = templatesHere(git.host).get(name)
  if (here !== undefined) return { dir: here, shown: here }
  throw new HostError(
    place(`${path}/metadata.json`),
    `template '${name}' is neither in ${TEMPLATES}/ of the repository nor installed on this host`,
  )
}
