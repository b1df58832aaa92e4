import { describe, expect, test } from 'vitest'
import { TENANT_INTERFACE } from '../../../lib/guest/tenant-interface.ts'
import { type MemoryNode, memoryHost } from '../../../lib/host/memory.ts'
import { interfaceText, wrongParameter } from '../../../lib/varlink/interface.ts'
import { varlinkApi } from '../../../programs/varlink-api.ts'

const COMMIT = 'a'.repeat(40)
const OLDER = 'b'.repeat(40)
const manifest = (commit: string, number: number) => JSON.stringify({ commit, number, path: '', trees: {} })
const TOKEN = 'the-token'

const PROBLEM = { severity: 'warning', at: { file: 'x', line: 1, column: 2 }, message: 'odd' }

const VM: Readonly<Record<string, MemoryNode>> = {
  '/run/credentials/@system/tenant.id': 'acme',
  '/run/credentials/@system/tenant.machine': 'infra',
  '/run/credentials/@system/tenant.repository': '{"url": "https://me:secret@example.org/x.git", "ref": "main"}',
  '/proc/sys/kernel/random/uuid': `${TOKEN}\n`,
  '/var/lib/infra/config': { link: `revisions/${COMMIT}` },
  [`/var/lib/infra/revisions/${COMMIT}`]: { kind: 'directory' },
  [`/var/lib/infra/revisions/${COMMIT}.json`]: manifest(COMMIT, 2),
  [`/var/lib/infra/revisions/${OLDER}`]: { kind: 'directory' },
  [`/var/lib/infra/revisions/${OLDER}.json`]: manifest(OLDER, 1),
  '/var/lib/infra/provision.json': JSON.stringify({
    state: 'current',
    commit: COMMIT,
    wanted: COMMIT,
    answers: TOKEN,
    problems: [PROBLEM],
  }),
  '/var/lib/infra/applied.json': JSON.stringify({ state: 'failed', commit: OLDER, problems: [] }),
}

interface Session {
  readonly uid?: number
  readonly files?: Readonly<Record<string, MemoryNode>>
  /** How many bytes come at a time. */
  readonly piece?: number
}

const session = (input: string | Uint8Array, { uid = 0, files = VM, piece = 7 }: Session = {}) => {
  const bytes = typeof input === 'string' ? Uint8Array.from(Buffer.from(input)) : input
  const pieces = Array.from({ length: Math.ceil(bytes.length / piece) }, (_, at) =>
    bytes.subarray(at * piece, (at + 1) * piece),
  )
  const host = memoryHost(files, { input: pieces })
  const status = varlinkApi(host, [`3-1234-${uid}`])
  const replies = host.printed.map((text) => {
    expect(text.endsWith('\0')).toBe(true)
    return JSON.parse(text.slice(0, -1))
  })
  return { status, replies, logged: host.logged.map(({ line }) => line), commands: host.commands }
}

const message = (call: object): string => `${JSON.stringify(call)}\0`
const ask = (method: string, call: object = {}, options: Session = {}) =>
  session(message({ method: `io.bitbuilder.Tenant.${method}`, ...call }), options).replies

describe('org.varlink.service', () => {
  test('says what it is, and describes itself', () => {
    const calls = ['org.varlink.service', 'io.bitbuilder.Tenant'].map((name) =>
      message({ method: 'org.varlink.service.GetInterfaceDescription', parameters: { interface: name } }),
    )
    const { replies, status } = session([message({ method: 'org.varlink.service.GetInfo' }), ...calls].join(''))
    expect(status).toBe(0)
    expect(replies[0].parameters.interfaces).toEqual(['io.bitbuilder.Tenant', 'org.varlink.service'])
    expect(replies[1].parameters.description).toContain('error PermissionDenied ()')
    expect(replies[2].parameters.description).toBe(interfaceText(TENANT_INTERFACE))
  })

  // https://varlink.org/Service
  test.each([
    ['io.bitbuilder.Other.Status', {}, 'InterfaceNotFound', { interface: 'io.bitbuilder.Other' }],
    ['io.bitbuilder.Tenant.Statu', {}, 'MethodNotFound', { method: 'Statu' }],
    ['io.bitbuilder.Tenant.toString', {}, 'MethodNotFound', { method: 'toString' }],
    ['Status', {}, 'InterfaceNotFound', { interface: '' }],
    ['io.bitbuilder.Tenant.Status', { parameters: { x: 1 } }, 'InvalidParameter', { parameter: 'x' }],
    ['io.bitbuilder.Tenant.Sync', { parameters: { force: 'yes' } }, 'InvalidParameter', { parameter: 'force' }],
    ['io.bitbuilder.Tenant.Status', { upgrade: true }, 'InvalidParameter', { parameter: 'upgrade' }],
    [
      'org.varlink.service.GetInterfaceDescription',
      { parameters: { interface: 'x.y' } },
      'InterfaceNotFound',
      { interface: 'x.y' },
    ],
  ])('%s with %j is %s', (method, call, error, parameters) => {
    expect(session(message({ method, ...call })).replies).toEqual([
      { error: `org.varlink.service.${error}`, parameters },
    ])
  })
})

describe('io.bitbuilder.Tenant', () => {
  test('Describe() says whose VM it is, without what is secret', () => {
    expect(ask('Describe')).toEqual([
      {
        parameters: {
          id: 'acme',
          machine: 'infra',
          repository: 'https://***@example.org/x.git',
          ref: 'main',
          version: expect.any(String),
        },
      },
    ])
  })

  test('Status() says how sync and application ended', () => {
    expect(ask('Status')).toEqual([
      {
        parameters: {
          sync: 'current',
          wanted: COMMIT,
          commit: COMMIT,
          applied: 'failed',
          appliedCommit: OLDER,
          problems: [{ severity: 'warning', file: 'x', line: 1, column: 2, message: 'odd' }],
        },
      },
    ])
    expect(ask('Status', {}, { files: {} })).toEqual([{ parameters: { problems: [] } }])
  })

  test('ListRevisions() gives one after the other, and wants to be asked for more', () => {
    expect(ask('ListRevisions', { more: true })).toEqual([
      { parameters: { revision: { commit: OLDER, number: 1, current: false, applied: true } }, continues: true },
      { parameters: { revision: { commit: COMMIT, number: 2, current: true, applied: false } } },
    ])
    expect(ask('ListRevisions')).toEqual([{ error: 'org.varlink.service.ExpectedMore', parameters: {} }])
    expect(ask('ListRevisions', { more: true }, { files: {} })).toEqual([
      { error: 'io.bitbuilder.Tenant.NoRevision', parameters: {} },
    ])
  })

  test('Sync() starts the service and says what came of it', () => {
    const { replies, commands } = session(message({ method: 'io.bitbuilder.Tenant.Sync', more: true }))
    expect(commands).toEqual([['systemctl', 'start', '--', 'git-sync.service']])
    expect(replies).toEqual([
      { parameters: { state: 'running', problems: [] }, continues: true },
      { parameters: { state: 'current', commit: COMMIT, problems: [expect.objectContaining({ message: 'odd' })] } },
    ])
    const unanswered = { ...VM, '/proc/sys/kernel/random/uuid': 'another' }
    expect(ask('Sync', {}, { files: unanswered })).toEqual([
      {
        error: 'io.bitbuilder.Tenant.SyncFailed',
        parameters: { problems: [expect.objectContaining({ message: 'did not answer' })] },
      },
    ])
  })

  test('Apply() fails where something could not be applied', () => {
    expect(ask('Apply')).toEqual([
      {
        error: 'io.bitbuilder.Tenant.ApplyFailed',
        parameters: { problems: [expect.objectContaining({ file: 'infra-manager.service' })] },
      },
    ])
    const applied = { ...VM, '/var/lib/infra/applied.json': `{"state": "applied", "commit": "${COMMIT}"}` }
    expect(ask('Apply', {}, { files: applied })).toEqual([
      { parameters: { state: 'applied', commit: COMMIT, problems: [] } },
    ])
    expect(ask('Apply', {}, { files: {} })[0].error).toBe('io.bitbuilder.Tenant.NoRevision')
  })

  test.each(['Sync', 'Apply'])('%s() is for root alone', (method) => {
    const { replies, commands } = session(message({ method: `io.bitbuilder.Tenant.${method}` }), { uid: 1000 })
    expect([replies, commands]).toEqual([[{ error: 'org.varlink.service.PermissionDenied', parameters: {} }], []])
    expect(ask('Status', {}, { uid: 1000 })[0].parameters.commit).toBe(COMMIT)
  })
})

describe('the protocol', () => {
  const INFO = message({ method: 'org.varlink.service.GetInfo' })

  test.each([1, 4096])('takes several calls, %d bytes at a time', (piece) => {
    expect(session(INFO.repeat(3), { piece }).replies.length).toBe(3)
  })

  test('answers nothing where nothing is wanted', () => {
    expect(session(message({ method: 'org.varlink.service.GetInfo', oneway: true })).replies).toEqual([])
    expect(session(message({ method: 'no.such.Method', oneway: true })).replies).toEqual([])
  })

  test('ends well at the end', () => {
    expect(session('')).toMatchObject({ status: 0, replies: [], logged: [] })
  })

  test.each<[string, string | Uint8Array]>([
    ['ends in the middle', '{"method":'],
    ['is not valid JSON', '{"method"\0'],
    ['is not valid JSON', '\0'],
    ['is no call', '[]\0'],
    ['is no call', '{"method": 7}\0'],
    ['has parameters that are no object', '{"method": "a.b", "parameters": []}\0'],
    ['has a flag that is not true or false', '{"method": "a.b", "more": 1}\0'],
    ['is nested too deeply', `{"method": "a.b", "parameters": ${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}\0`],
    ['is longer than 65536 bytes', 'x'.repeat(1 << 20)],
    ['is not valid UTF-8', Uint8Array.from([...Buffer.from('{"method": "'), 0xff, ...Buffer.from('"}\0')])],
  ])('a message that %s ends the connection', (why, input) => {
    const bytes = typeof input === 'string' ? Uint8Array.from(Buffer.from(input)) : input
    const all = new Uint8Array([...Buffer.from(INFO), ...bytes])
    const { status, replies, logged } = session(all, { piece: 4096 })
    expect({ status, replies: replies.length, logged }).toEqual({
      status: 1,
      replies: 1,
      logged: [`varlink-api: a message ${why}, ending the connection`],
    })
  })

  test('U+FFFD itself is a character', () => {
    expect(session(message({ method: 'a.\ufffd' })).status).toBe(0)
  })

  test('is called with the name of a connection', () => {
    const host = memoryHost({})
    expect([varlinkApi(host, []), varlinkApi(host, ['a', 'b'])]).toEqual([2, 2])
  })
})

test('wrongParameter() looks into lists and choices', () => {
  const input = { names: { list: 'string' }, kind: { oneOf: ['a', 'b'] }, count: { maybe: 'int' } } as const
  expect(wrongParameter(input, { names: ['x'], kind: 'a' })).toBe(undefined)
  expect(wrongParameter(input, { names: ['x'], kind: 'a', count: null })).toBe(undefined)
  expect(wrongParameter(input, { names: ['x', 1], kind: 'a' })).toBe('names')
  expect(wrongParameter(input, { names: [], kind: 'c' })).toBe('kind')
  expect(wrongParameter(input, { names: [], kind: 'a', count: 1.5 })).toBe('count')
  expect(wrongParameter(input, { kind: 'a' })).toBe('names')
})
