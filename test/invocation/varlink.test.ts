import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { ENGINES } from '../support/engines.ts'
import { temporaryDir } from '../support/materialise.ts'
import { linkProgram } from './packed.ts'

// The API of the infrastructure VM as a socket unit starts it, with a connection for its standard input and output.

const message = (method: string, parameters: object = {}): string => `${JSON.stringify({ method, parameters })}\0`

const NOTHING = `/${'x'.repeat(8)}`

test.each(ENGINES)('varlink-api of the %s executable serves what comes', (engine) => {
  using dir = temporaryDir()
  const program = linkProgram(dir.path, engine, 'varlink-api')
  const ask = (input: string) => {
    // Another root, so that it sees nothing of this machine's.
    const env = { PATH: process.env.PATH ?? '', BITBUILDER_ROOT: `${dir.path}${NOTHING}` }
    const { status, stdout, stderr } = spawnSync(program, ['0-1-1000'], { encoding: 'utf8', env, input })
    return {
      status,
      replies: stdout
        .split('\0')
        .slice(0, -1)
        .map((text) => JSON.parse(text)),
      stderr,
    }
  }
  const names = [
    'io.bitbuilder.Tenant.Status',
    'io.bitbuilder.Tenant.Sync',
    'żółw.Method',
    'org.varlink.service.GetInfo',
  ]
  const { status, replies, stderr } = ask(names.map((name) => message(name)).join(''))
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(replies.slice(0, 3)).toEqual([
    { parameters: { problems: [] } },
    { error: 'org.varlink.service.PermissionDenied', parameters: {} },
    { error: 'org.varlink.service.InterfaceNotFound', parameters: { interface: 'żółw' } },
  ])
  expect(replies[3].parameters.interfaces).toEqual(['io.bitbuilder.Tenant', 'org.varlink.service'])
  expect(ask('GET / HTTP/1.0\r\n\r\n')).toEqual({
    status: 1,
    replies: [],
    stderr: expect.stringContaining('ending the connection'),
  })
})
