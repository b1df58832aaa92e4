import { beforeAll, describe, expect, test } from 'vitest'
import { readBlocks } from '../../lib/compliance/keys/armor.ts'
import { sshKeyOf } from '../../lib/compliance/keys/ssh.ts'
import { isPublicKey, x509Of } from '../../lib/compliance/keys/x509.ts'
import { verifyPath } from '../../lib/compliance/verify.ts'
import { type MemoryNode, memoryHost } from '../../lib/host/memory.ts'
import { useMachine } from './machine.ts'
import { MACHINE_ID, MUTATIONS } from './record-mutations.ts'

// What we say of keys, user records and units of users, against the programs that read them.

const here = useMachine()

const sh = (script: string): string => here.machine.must(['sh', '-s'], { input: script })

const date = () => ({ status: 0, stdout: `${Math.floor(Date.now() / 1000)}\n`, stderr: '' })

/** The rules that find something in a file of this name. */
const rulesOf = (as: string, name: string, node: MemoryNode): readonly string[] => {
  const host = memoryHost({ [`/v/${name}`]: node }, { run: date })
  const { list } = verifyPath(host, `/v/${name}`, { as, mode: 'instance' })
  return [...new Set(list.map(({ rule }) => rule.id))].sort()
}

const errorsOf = (as: string, name: string, text: string): readonly string[] => {
  const { list } = verifyPath(memoryHost({ [`/v/${name}`]: text }), `/v/${name}`, { as, mode: 'instance' })
  return list.filter(({ severity }) => severity === 'error').map(({ rule, message }) => `${rule.id} ${message}`)
}

/** What is between lines `=== NAME`, by their names. */
const partsOf = (text: string): ReadonlyMap<string, readonly string[]> => {
  const parts = new Map<string, string[]>()
  for (const line of text.split('\n')) {
    const name = /^=== (.+)$/.exec(line)?.[1]
    if (name !== undefined) parts.set(name, [])
    else [...parts.values()].at(-1)?.push(line)
  }
  return parts
}

/** Of each file its bytes in base64, and below what a program says of it. */
const ask = (files: string, question: string): ReadonlyMap<string, { readonly bytes: Buffer; readonly said: string }> =>
  new Map(
    [...partsOf(sh(`cd /keys; for f in ${files}; do echo "=== $f"; base64 -w0 $f; echo; ${question}; done`))].map(
      ([name, [base64 = '', ...said]]) => [name, { bytes: Buffer.from(base64, 'base64'), said: said.join('\n') }],
    ),
  )

const GPG = `set -e
mkdir -p /keys; cd /keys; export GNUPGHOME=/keys/gnupg; mkdir -m 700 -p gnupg
gen() { gpg --batch --quiet --passphrase '' --pinentry-mode loopback "$@"; }
gen --quick-gen-key 'maker' ed25519 sign never
gen --quick-gen-key 'anchor' ed25519 cert never
gen --faked-system-time 20200101T000000 --quick-gen-key 'old' ed25519 sign 1y
gen --quick-gen-key 'many' ed25519 cert never
gen --quick-add-key $(gpg --batch --with-colons --list-keys many | awk -F: '/^fpr/ { print $10; exit }') rsa2048 sign never
gen --quick-gen-key 'gone' ed25519 sign never
sed 's/^:---/---/' gnupg/openpgp-revocs.d/$(gpg --batch --with-colons --list-keys gone | awk -F: '/^fpr/ { print $10; exit }').rev | gpg --batch --quiet --import
for who in maker anchor old many gone; do
  gpg --armor --export $who >$who.asc; gpg --export $who >$who.pgp; gen --armor --export-secret-keys $who >$who.sec
done
gpg --armor --export maker anchor >two.asc; gpg --export maker anchor >two.pgp
gpg --armor --no-emit-version --comment 'a comment' --export maker >comment.asc
`

const EXTENSION = '.openpgp'
const SOMEBODY = 'd8afdda07a5b6edfa7d8ccdad6d055f927843f1c'

/** What gpg(1) says of the keys in a file, doc/DETAILS. */
interface Listed {
  readonly isSecret: boolean
  readonly fingerprint: string
  /** Whether any of its keys may sign now. */
  readonly signs: boolean
}

const listedBy = (colons: string): readonly Listed[] => {
  const rows = colons.split('\n').map((line) => line.split(':'))
  return rows.flatMap(([kind, validity, ...rest], at) => {
    if (kind !== 'pub' && kind !== 'sec') return []
    const fingerprint =
      rows
        .slice(at)
        .find(([one]) => one === 'fpr')?.[9]
        ?.toLowerCase() ?? ''
    const signs = (rest[9] ?? '').includes('S') && !/[re]/.test(validity ?? '')
    return [{ isSecret: kind === 'sec', fingerprint, signs }]
  })
}

const expected = (bytes: Buffer, keys: readonly Listed[]): readonly string[] => {
  const armor = bytes.toString('latin1').startsWith('-----BEGIN PGP ') ? [] : ['VOA-14']
  if (keys.some(({ isSecret }) => isSecret)) return [...armor, 'VOA-16']
  if (keys.length > 1) return [...armor, 'VOA-15']
  return [...armor, ...(keys[0]?.signs === true ? [] : ['VOA-17'])]
}

describe('gpg', () => {
  beforeAll(() => {
    sh(GPG)
  })

  test('says the same of certificates of version 4', () => {
    const files = ask('*.asc *.pgp *.sec', 'gpg --batch --with-colons --show-keys $f')
    expect(files.size).toBe(18)
    for (const [name, { bytes, said }] of files) {
      const keys = listedBy(said)
      const fingerprint = keys[0]?.fingerprint ?? ''
      const rules = expected(bytes, keys)
      const isOne = keys.length === 1 && keys[0]?.isSecret === false
      expect([name, ...rulesOf('verifier', fingerprint + EXTENSION, bytes)]).toEqual([name, ...rules])
      const others = [...new Set([...rules, ...(isOne ? ['VOA-15'] : [])])].sort()
      expect([name, ...rulesOf('verifier', SOMEBODY + EXTENSION, bytes)]).toEqual([name, ...others])
      const misnamed = [...new Set([...rules, 'VOA-13'])].sort()
      expect([name, ...rulesOf('verifier', `${fingerprint.toUpperCase()}${EXTENSION}`, bytes)]).toEqual([
        name,
        ...misnamed,
      ])
    }
  })
})

const SQ = `set -e
mkdir -p /keys; cd /keys; export HOME=/keys
for version in 4880 9580; do
  sq key generate --quiet --own-key --name Example --profile rfc$version --without-password --expiration never --output $version.key --rev-cert $version.rev
  sq key delete --cert-file=$version.key --output=$version.cert
done
`

test('sq says the same of certificates of version 4 and 6', () => {
  sh(SQ)
  const files = ask('4880.cert 9580.cert 4880.key 9580.key', 'HOME=/keys sq inspect $f')
  expect(files.size).toBe(4)
  for (const [name, { bytes, said }] of files) {
    const fingerprint = /Fingerprint: ([0-9A-F]{40,64})/.exec(said)?.[1]?.toLowerCase() ?? ''
    expect(fingerprint).toHaveLength(name.startsWith('9580') ? 64 : 40)
    const rules = /Transferable Secret Key/.test(said)
      ? ['VOA-16']
      : /Key flags: .*signing/.test(said)
        ? []
        : ['VOA-17']
    expect([name, ...rulesOf('verifier', fingerprint + EXTENSION, bytes)]).toEqual([name, ...rules])
  }
})

const SSH = `set -e
mkdir -p /keys; cd /keys
for kind in ed25519: rsa:2048 ecdsa:256 ecdsa:384 ecdsa:521; do
  bits=\${kind#*:}; ssh-keygen -q -t \${kind%:*} \${bits:+-b $bits} -N '' -C '' -f ssh\${kind%:*}$bits
done
cat ssh*.pub
`

/** What is left of a key that was cut, made longer, or called something else. */
const spoilt = (line: string): readonly string[] => {
  const [kind = '', base64 = ''] = line.split(' ')
  const blob = Buffer.from(base64, 'base64')
  const made = (bytes: Uint8Array): string => `${kind} ${Buffer.from(bytes).toString('base64')}`
  const lengths = [...blob.keys()].filter((at) => at < 32 || at % 37 === 0)
  return [
    ...lengths.map((at) => made(blob.subarray(0, at))),
    made(Buffer.concat([blob, Buffer.from([0])])),
    made(Buffer.concat([blob, Buffer.from([0, 0, 0, 0])])),
    ...[0, 1, 2, 3].map((at) => made(blob.map((byte, index) => (index === at ? byte ^ 0x40 : byte)))),
    `ssh-dss ${base64}`,
    `${kind} ${base64.slice(0, -2)}?=`,
    kind,
  ]
}

test('ssh-keygen takes the same keys, and has the same digests', () => {
  const keys = sh(SSH).split('\n')
  expect(keys).toHaveLength(5)
  const lines = [...keys, ...keys.flatMap(spoilt)]
  here.machine.write('/keys/lines', `${lines.join('\n')}\n`)
  const said = sh(
    'cd /keys; while read -r line; do printf "%s\\n" "$line" >one.pub; ssh-keygen -lf one.pub 2>/dev/null || echo none; done <lines',
  )
    .split('\n')
    .map((line) => /SHA256:(\S+)/.exec(line)?.[1])
  expect(said).toHaveLength(lines.length)
  for (const [at, line] of lines.entries()) {
    const ours = sshKeyOf(line)
    const digest =
      typeof ours === 'string' ? undefined : Buffer.from(ours.digest, 'hex').toString('base64').replace(/=+$/, '')
    expect([line, digest]).toEqual([line, said[at]])
  }
})

test('openssl reads the same certificates', () => {
  const made: readonly (readonly [string, string])[] = [
    ['ca', '-newkey ed25519 -addext basicConstraints=critical,CA:TRUE'],
    ['code', '-newkey rsa:2048 -addext basicConstraints=CA:FALSE -addext extendedKeyUsage=codeSigning'],
    ['web', '-newkey ed25519 -addext basicConstraints=CA:FALSE -addext extendedKeyUsage=serverAuth,clientAuth'],
    [
      'any',
      '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -addext basicConstraints=CA:FALSE -addext extendedKeyUsage=anyExtendedKeyUsage',
    ],
  ]
  sh(
    `set -e; mkdir -p /keys; cd /keys\n${made
      .map(
        ([name, options]) =>
          `openssl req -x509 -nodes -keyout ${name}.key -out ${name}.crt -subj /CN=${name} -days 3650 ${options} 2>/dev/null
openssl x509 -in ${name}.crt -outform DER -out ${name}.der; openssl x509 -in ${name}.crt -noout -pubkey >${name}.public`,
      )
      .join('\n')}`,
  )
  const files = ask('*.crt', 'openssl x509 -in $f -noout -ext basicConstraints,extendedKeyUsage')
  expect(files.size).toBe(made.length)
  for (const [name, { bytes, said }] of files) {
    const blocks = readBlocks(bytes.toString())
    const certificate = 'error' in blocks ? undefined : x509Of(blocks[0]?.bytes ?? new Uint8Array())
    expect([name, certificate?.isAuthority]).toEqual([name, /CA:TRUE/.test(said)])
    const usages = certificate?.usages
    expect([name, usages?.includes('1.3.6.1.5.5.7.3.3')]).toEqual([
      name,
      /Usage/.test(said) ? /Code Signing/.test(said) : undefined,
    ])
    expect([name, usages?.includes('1.3.6.1.5.5.7.3.1')]).toEqual([
      name,
      /Usage/.test(said) ? /Web Server/.test(said) : undefined,
    ])
  }
  for (const { bytes } of ask('*.public', 'openssl pkey -pubin -in $f -noout').values()) {
    const blocks = readBlocks(bytes.toString())
    expect('error' in blocks || blocks.map((block) => [block.label, isPublicKey(block.bytes)])).toEqual([
      ['PUBLIC KEY', true],
    ])
  }
})

test('openssl refuses what is cut short as we do', () => {
  const answers = sh(`cd /keys; for f in ca code; do for n in $(seq 0 9 $(($(stat -c %s $f.der) - 1))); do
  head -c $n $f.der >cut; openssl x509 -inform DER -in cut -noout 2>/dev/null && echo "$f $n" || echo none; done; done`).split(
    '\n',
  )
  expect(answers.length).toBeGreaterThan(80)
  expect(new Set(answers)).toEqual(new Set(['none']))
  for (const { bytes } of ask('ca.der code.der', ':').values()) {
    expect(x509Of(bytes)).toBeDefined()
    for (let at = 0; at < bytes.length; at += 9) expect(x509Of(bytes.subarray(0, at))).toBeUndefined()
  }
})

describe('userdbctl', () => {
  const takes = (texts: readonly string[]): readonly boolean[] => {
    here.machine.write('/keys/records', texts.map((text) => `${text}\n`).join(''))
    const said = sh(`echo ${MACHINE_ID} >/run/machine-id; mount --bind /run/machine-id /etc/machine-id; cd /keys
while IFS= read -r line; do printf '%s' "$line" >record.json
userdbctl -F record.json --output=json user >/dev/null 2>&1 && echo yes || echo no; done <records`).split('\n')
    return said.map((one) => one === 'yes')
  }

  test('refuses nothing that we take, and takes what we refuse only for a reason', () => {
    const answers = takes(MUTATIONS.map(({ text }) => text))
    expect(answers).toHaveLength(MUTATIONS.length)
    expect(MUTATIONS.length).toBeGreaterThan(300)
    const different = MUTATIONS.flatMap(({ text, why }, at) => {
      const errors = errorsOf('user-record', 'user-record.json', text)
      const isTaken = answers[at] === true
      const fits =
        why === undefined
          ? isTaken === (errors.length === 0)
          : isTaken && errors[0]?.startsWith(why.slice(0, 7)) === true
      return fits ? [] : [{ text, why, isTaken, errors }]
    })
    expect(different).toEqual([])
  })
})

const UNITS: readonly (readonly [name: string, text: string])[] = [
  [
    'good.service',
    '[Unit]\nDescription=Says hello\n[Service]\nType=oneshot\nExecStart=/bin/echo \\\n# a comment\n hello\n[Install]\nWantedBy=default.target\n',
  ],
  ['good.timer', '[Timer]\nOnCalendar=daily\nUnit=good.service\n[Install]\nWantedBy=timers.target\n'],
  ['good.socket', '[Socket]\nListenStream=%t/example\nService=good.service\n'],
  ['prefixes.service', '[Service]\nType=oneshot\nExecStartPre=-/bin/false\nExecStart=@/bin/echo hello there\n'],
  ['specifier.service', '[Service]\nExecStart=%h/.local/bin/hello\n[X-Ours]\nanything=goes\n'],
  ['name.service', '[Service]\nExecStart=echo hello\n'],
  ['nothing.service', '[Service]\nType=oneshot\n'],
  ['relative.service', '[Service]\nExecStart=.local/bin/hello\n'],
  ['section.timer', '[Timer]\nOnCalendar=daily\nUnit=good.service\n[Service]\nExecStart=/bin/echo\n'],
  ['early.service', 'Description=early\n[Service]\nExecStart=/bin/echo\n'],
  ['words.service', '[Service]\nExecStart=/bin/echo\nrestart always\n'],
  ['key.service', '[Service]\nExecStart=/bin/echo\ntype=oneshot\n'],
  ['type.service', '[Service]\nType=odd\nExecStart=/bin/echo\n'],
]

test('systemd-analyze verify --user finds something in the same units', () => {
  for (const [name, text] of UNITS) here.machine.write(`/units/${name}`, text)
  const names = UNITS.map(([name]) => name).join(' ')
  const said = partsOf(
    sh(`mkdir -p /run/user/0 /root/.local/bin; printf '#!/bin/sh\\n' >/root/.local/bin/hello; chmod +x /root/.local/bin/hello
export HOME=/root XDG_RUNTIME_DIR=/run/user/0; cd /units
for f in ${names}; do echo "=== $f"; systemd-analyze verify --user --man=no ./$f 2>&1; done; true`),
  )
  for (const [name, text] of UNITS) {
    const host = memoryHost({ [`/h/.local/share/systemd/user/${name}`]: text })
    const ours = verifyPath(host, '/h', { as: 'home', mode: 'instance' }).list.map(({ message }) => message)
    const theirs = (said.get(name) ?? ['']).filter((line) => line !== '')
    expect([name, ours.length > 0, ours, theirs]).toEqual([name, theirs.length > 0, ours, theirs])
  }
})
