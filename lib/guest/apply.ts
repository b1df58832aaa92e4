import { readManifest } from '../git/state.ts'
import type { Host } from '../host/host.ts'
import { orElse } from '../host/host.ts'
import { scriptService } from '../layout/names.ts'
import { APPLIED_FILE, GUEST, GUEST_DIR, inConfig } from '../layout/paths.ts'
import { hasFileInside } from '../machine/inside.ts'
import { logProblems } from '../program/generator.ts'
import { isError, type Problem, wholeFile } from '../report/problem.ts'
import { applyExtensions } from './extensions.ts'
import { readHandedScript } from './self.ts'
import { type Applied, readApplied } from './state.ts'

/** Seconds: the unit of a script has its own limit, which ends it before. */
const PATIENCE_SCRIPT = 7200

/** Runs a script of the revision, in a unit of its own, if there is one. What went wrong. */
const runScript = (host: Host, name: string): readonly Problem[] => {
  const problem = (message: string): readonly Problem[] => [
    {
      severity: 'error',
      at: wholeFile(`infrastructure/scripts/${name}.sh`),
      message,
      hint: `journalctl --unit=${scriptService(name)}`,
    },
  ]
  if (!hasFileInside(host, GUEST_DIR, inConfig(`scripts/${name}.sh`))) return []
  const { status } = host.run(['systemctl', 'restart', '--', scriptService(name)], PATIENCE_SCRIPT)
  return status === 0 ? [] : problem('failed')
}

const write = (host: Host, applied: Applied): Applied => {
  host.replaceFile(APPLIED_FILE, `${JSON.stringify(applied, null, 2)}\n`, 0o600)
  return applied
}

/** Longer than any that could be handed in. */
const LARGEST = 64 << 10

/** Whether the host has handed the revision's script in with the start of the VM, where it runs already. */
const isHandedIn = (host: Host): boolean =>
  orElse(
    () => {
      const own = host.readFileInside(GUEST_DIR, inConfig('scripts/provision.sh'), LARGEST)?.text
      return own !== undefined && own === readHandedScript(host)
    },
    () => false,
  )

/** All of a revision, in the order in which one needs the other. What is done already is not done again. */
const converge = (host: Host, before: Applied | undefined): Applied => {
  const manifest = readManifest(host, GUEST)
  if (manifest === undefined) return { state: 'applied', problems: [] }
  const { commit } = manifest
  const keep = {
    ...(before?.commit === undefined ? {} : { commit: before.commit }),
    ...(before?.provisioned === undefined ? {} : { provisioned: before.provisioned }),
  }
  const extensions = applyExtensions(host, manifest, before?.commit !== commit || before.state === 'failed')
  if (extensions.some(isError)) return { ...keep, state: 'failed', problems: extensions }
  // Killed in the script, the next run knows that the extensions are there.
  write(host, { ...keep, commit, state: 'failed', problems: extensions })
  const isDone = before?.provisioned === commit || isHandedIn(host)
  const script = isDone ? [] : runScript(host, 'provision')
  if (script.some(isError)) return { ...keep, commit, state: 'failed', problems: [...extensions, ...script] }
  const health = runScript(host, 'health-check')
  const state = health.some(isError) ? 'failed' : 'applied'
  return { state, commit, provisioned: commit, problems: [...extensions, ...health] }
}

/** One run of infra-manager. Exit status 1 when something of the revision could not be applied. */
export const applyRevision = (host: Host): number => {
  const before = readApplied(host)
  const applied = orElse<Applied>(
    () => converge(host, before),
    ({ path, reason }) => ({
      ...before,
      state: 'failed',
      problems: [{ severity: 'error', at: wholeFile(path), message: reason }],
    }),
  )
  host.makeDir(GUEST_DIR)
  write(host, applied)
  logProblems(host, '', applied.problems)
  if (applied.commit === undefined) host.log('info', 'there is no revision of the repository yet')
  else if (applied.state === 'applied' && before?.commit !== applied.commit)
    host.log('info', `revision ${applied.commit.slice(0, 12)} is applied now`)
  return applied.state === 'applied' ? 0 : 1
}
