import { expect, test } from 'vitest'
import type { Actual } from '../../../lib/converge/actual.ts'
import { execute } from '../../../lib/converge/execute.ts'
import type { Step } from '../../../lib/converge/step.ts'
import { memoryHost } from '../../../lib/host/memory.ts'

const SYSEXT = 'var-lib-tenants-acme-sysext.mount'
const CONFEXT = 'var-lib-tenants-acme-confext.mount'
const LAYERS = 'tenant-layers@acme.service'
const WEB = 'tenant-vm@acme:web.service'
const DB = 'tenant-vm@acme:db.service'

const ACTUAL: Actual = {
  outdated: undefined,
  units: new Map(),
  mounted: new Map(),
  isInfraCurrent: true,
  isNetworkCurrent: true,
  changed: new Map(),
}

/** What systemctl is asked for these steps. `failing` are words of a call that fails. */
const calls = (steps: readonly (readonly [Step['do'], string, true?])[], failing = ' ') => {
  const host = memoryHost(
    {},
    {
      run: (command) => ({ status: command.join(' ').includes(failing) ? 1 : 0, stdout: '', stderr: 'no' }),
    },
  )
  const list = steps.map(
    ([action, unit, mayFail]): Step => ({ do: action, unit, why: 'so', ...(mayFail === undefined ? {} : { mayFail }) }),
  )
  const run = () =>
    execute(host, 'acme', {
      state: 'here',
      tenant: undefined,
      files: [],
      desired: undefined,
      actual: ACTUAL,
      steps: list,
      problems: [],
    })
  return { run, asked: () => host.commands.map(([, ...words]) => words.join(' ')), said: host.logged }
}

const STEPS = [
  ['stop', DB],
  ['stop', WEB],
  ['stop', SYSEXT],
  ['stop', CONFEXT],
  ['reload', LAYERS],
  ['start', SYSEXT],
  ['start', CONFEXT],
  ['start', WEB],
] as const

test('what is alike is asked for at once, tenant@ is not stopped with a mount, and machines are only queued', () => {
  const { run, asked, said } = calls(STEPS, 'nothing of it')
  run()
  expect(asked()).toEqual([
    `stop -- ${DB} ${WEB}`,
    `stop --job-mode=ignore-requirements -- ${SYSEXT} ${CONFEXT}`,
    `reload -- ${LAYERS}`,
    `start -- ${SYSEXT} ${CONFEXT}`,
    `start --no-block -- ${WEB}`,
  ])
  expect(said.map(({ line }) => line)).toEqual(STEPS.map((step) => `${step.join(' ')}: so`))
})

test.each([
  ['a mount that is busy', 'stop --job-mode', 2],
  ['a mount that fails', 'start -- ', 4],
])('after %s, what was only out of the way starts again, and nothing else', (_, failing, count) => {
  const { run, asked } = calls([...STEPS, ['start', DB.replace('db', 'new')]], failing)
  expect(run).toThrow('no')
  expect(asked()).toHaveLength(count + 1)
  expect(asked().at(-1)).toBe(`start --no-block -- ${WEB}`)
})

test('a machine that could not be stopped is not started', () => {
  const { run, asked } = calls(STEPS, 'stop -- ')
  expect(run).toThrow('no')
  expect(asked()).toEqual([`stop -- ${DB} ${WEB}`])
})

test('a disk image that cannot be mounted is told, and what goes on without it goes on', () => {
  const disk = 'run-bitbuilder-images-acme-sysext-.disk-tools.mount'
  const { run, asked, said } = calls(
    [
      ['start', disk, true],
      ['start', 'other.mount'],
      ['reload', LAYERS],
    ],
    '.disk',
  )
  run()
  expect(asked()).toEqual([`start -- ${disk}`, 'start -- other.mount', `reload -- ${LAYERS}`])
  expect(said.filter(({ level }) => level === 'error').map(({ line }) => line)).toEqual([
    expect.stringContaining(`systemctl start -- ${disk}`),
  ])
})
