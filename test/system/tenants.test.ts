import { expect, test } from 'vitest'
import { useMachine } from './machine.ts'
import {
  type Guest,
  INFRA,
  infraOf,
  leaderOf,
  plantTwins,
  TWINS,
  TWINS_MACHINE,
  type Twin,
  WEB,
  webOf,
} from './twins.ts'
import { answers, HOST_INSIDE, HOST_OUTSIDE, makeWorld, OUTSIDE, reached, watch, watched } from './world.ts'

// Two tenants from two repositories, told in order: what they have, what they reach, and what they do not.

const here = useMachine(TWINS_MACHINE)

const must = (command: string) => here.machine.must(command)
const active = (unit: string) => here.machine.show(unit, 'ActiveState').ActiveState

const guests: { [id in Twin]?: { web: Guest; infra: Guest } } = {}
const guestsOf = (id: Twin) => {
  const found = guests[id]
  if (found === undefined) throw new Error(`${id} is not up`)
  return found
}
const other = (id: Twin): Twin => (id === 'acme' ? 'globex' : 'acme')
const both = <T>({ ipv4, ipv6 }: { ipv4: T; ipv6: T }): readonly T[] => [ipv4, ipv6]

/** The bridge's own address of a family, without its length. */
const gateway = (id: Twin): readonly string[] =>
  must(`ip -json address show dev br-${id} | jq -r '.[0].addr_info[] | select(.scope == "global").local'`)
    .split('\n')
    .sort()

test('both start, each with the machines of its repository', async () => {
  makeWorld(here.machine)
  const commits = plantTwins(here.machine)
  must('systemctl daemon-reload && systemctl start tenants.target')
  here.machine.settle()
  for (const id of TWINS) {
    expect(must(`readlink /var/lib/tenants/${id}/config`)).toBe(`revisions/${commits[id]}`)
    expect([`tenant@${id}.service`, INFRA(id), WEB(id)].map(active)).toEqual(['active', 'active', 'active'])
    guests[id] = { web: await webOf(here.machine, id), infra: await infraOf(here.machine, id) }
  }
  expect(must('systemctl list-units --failed --plain --no-legend')).toBe('')
}, 600_000)

test.each(TWINS)('%s: the VM has its tap on the bridge of its tenant, and its credential inside', (id) => {
  const ports = JSON.parse(must(`ip -json link show master br-${id}`)) as { ifname: string }[]
  expect(ports.map(({ ifname }) => ifname).sort()).toEqual([`vb-web.${id}`, `vt-infra.${id}`])
  // It says so at its console, and knows it from the credential alone.
  expect(here.machine.journal(`--unit=${INFRA(id)}`)).toContain(`infra.${id} is up`)
})

test.each(TWINS)(
  "%s: the VM's /etc is its own with the extension of its repository, and nothing is left to do",
  (id) => {
    expect(guestsOf(id).infra.run('cat /tree/etc/owner /tree/etc/issue').stdout.split(/\r?\n/)).toEqual([
      id,
      'Welcome to a tenant from git',
      '',
    ])
    expect(must(`bitbuilder plan ${id}`)).toBe('')
  },
)

test.each(TWINS)('%s: the container has a user namespace of its own', (id) => {
  const [inside, outside, length] = must(`cat /proc/${leaderOf(here.machine, `web.${id}`)}/uid_map`)
    .trim()
    .split(/\s+/)
  expect([inside, length]).toEqual(['0', '65536'])
  expect(Number(outside)).toBeGreaterThanOrEqual(65536)
})

test('every guest reaches its gateway, its neighbour and the outside, where it has the address of the host', () => {
  for (const id of TWINS) {
    const { web, infra } = guestsOf(id)
    for (const [guest, neighbour] of [
      [web, infra],
      [infra, web],
    ] as const) {
      const found = reached(guest, [...gateway(id), ...both(neighbour), ...both(OUTSIDE)])
      expect(found).toEqual(
        [
          ...gateway(id).map((address) => `ping ${address}`),
          ...answers(neighbour.name, guest.ipv4, neighbour.ipv4),
          ...answers(neighbour.name, guest.ipv6, neighbour.ipv6),
          ...answers('outside', HOST_OUTSIDE.ipv4, OUTSIDE.ipv4),
          ...answers('outside', HOST_OUTSIDE.ipv6, OUTSIDE.ipv6),
        ].sort(),
      )
    }
  }
})

/** Everything that is none of a tenant's business. */
const foreign = (id: Twin): readonly string[] => [
  ...gateway(other(id)),
  ...Object.values(guestsOf(other(id))).flatMap(both),
  ...both(HOST_INSIDE),
  ...both(HOST_OUTSIDE),
]

test("no guest reaches the other tenant's bridge and machines, or the host's other addresses", () => {
  watch(here.machine)
  for (const id of TWINS) {
    for (const guest of Object.values(guestsOf(id)))
      expect([guest.name, reached(guest, foreign(id))]).toEqual([guest.name, []])
  }
  expect(watched(here.machine)).toEqual({ forwarded: 0, delivered: 0 })
})

test('which is for no other reason than that: the host itself reaches all of them', () => {
  const host = { run: (line: string) => here.machine.run(line) }
  for (const id of TWINS) {
    expect(reached(host, foreign(id)).map((line) => line.split(' sees ')[0])).toHaveLength(2 * foreign(id).length)
  }
})

test('without our filter they do reach each other, in both directions', () => {
  const rules = must('nft list table inet bitbuilder')
  // It would be made good in a moment.
  must('systemctl stop bitbuilder-isolation.timer && nft delete table inet bitbuilder')
  try {
    for (const id of TWINS) {
      const { web, infra } = guestsOf(other(id))
      const addresses = [...both(web), ...both(infra), ...gateway(other(id)), ...both(HOST_INSIDE)]
      for (const guest of Object.values(guestsOf(id))) {
        expect(reached(guest, addresses)).toHaveLength(2 * addresses.length)
      }
    }
    const { forwarded, delivered } = watched(here.machine)
    expect([forwarded, delivered].every((packets) => Number(packets) > 0)).toBe(true)
  } finally {
    here.machine.must('nft -f - && systemctl start bitbuilder-isolation.timer', { input: rules })
  }
  expect(reached(guestsOf('acme').web, foreign('acme'))).toEqual([])
})
