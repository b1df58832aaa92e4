import { mustRun } from '../host/must-run.ts'
import type { Problem } from '../report/problem.ts'
import { wholeFile } from '../report/problem.ts'
import { type Git, mustGit, runGit } from './repository.ts'
import type { Repository } from './settings.ts'
import { type Bounds, patienceFor } from './user.ts'

/** One for each commit that did not verify; the rest is counted. */
const MOST_TOLD = 5

/** `%G?` of git-log(1): what is wrong with a signature. */
const WORDS: Readonly<Record<string, string>> = {
  N: 'is not signed',
  B: 'has a signature that is wrong',
  E: 'has a signature of an unknown key, or of another kind than repository.verify',
  R: 'has a signature of a key that was revoked',
  X: 'has a signature that has expired',
  Y: 'has a signature of a key that has expired',
  U: 'has a signature of a key that is not among the signers',
}

/** Of gpg(1), a good one by a key of the keyring that nobody gave a degree of trust is as good. */
const isGood = (mark: string, verify: Repository['verify']): boolean =>
  mark === 'G' || (mark === 'U' && verify === 'openpgp')

/** Brings the keys of `ID.pgp` into the keyring of this run. */
const importKeys = (git: Git, bounds: Bounds): void => {
  const { directory, environment, run } = git.access
  const gpg = ['gpg', '--batch', '--quiet', '--no-autostart', '--import', `${directory}/signers`]
  mustRun(git.host, run(gpg, environment, bounds), patienceFor(bounds))
}

/**
 * Every commit that comes with `commit` and is not behind one of `known`, other parents of merges included, has to be
 * signed by one of the signers. `known` are those that need none. One problem for each that is not.
 */
export const checkSignatures = (
  git: Git,
  commit: string,
  known: readonly string[],
  verify: NonNullable<Repository['verify']>,
  bounds: Bounds,
): readonly Problem[] => {
  if (verify === 'openpgp') importKeys(git, bounds)
  const present = known.filter((one) => runGit(git, ['cat-file', '-e', `${one}^{commit}`]).status === 0)
  const range = [commit, ...present.map((one) => `^${one}`)]
  const lines = mustGit(git, ['log', '--reverse', '--format=%H %G?', ...range, '--'], bounds).split('\n')
  const bad = lines
    .filter((line) => line !== '')
    .map((line) => line.split(' '))
    .filter(([, mark = '']) => !isGood(mark, verify))
  const told = bad.slice(0, MOST_TOLD).map(
    ([id = '', mark = '']): Problem => ({
      severity: 'error',
      at: wholeFile(`commit ${id.slice(0, 12)}`),
      message: WORDS[mark] ?? 'has a signature that cannot be checked',
    }),
  )
  const more = bad.length - told.length
  return more === 0
    ? told
    : [...told, { severity: 'error', at: wholeFile(`commit ${commit.slice(0, 12)}`), message: `and ${more} more` }]
}
