/** User records that differ from a good one in one place, and why we refuse some that userdbctl(1) takes. */

/** Text of JSON, on one line. */
export interface Mutation {
  readonly text: string
  /** Why we are stricter; undefined where both have to agree. */
  readonly why?: string
}

const whole = (...texts: readonly string[]): readonly Mutation[] => texts.map((text) => ({ text }))

/** Of `{"userName": "ann"}`, with these beside it. */
const fields = (...all: readonly string[]): readonly Mutation[] =>
  whole(...all.map((one) => `{"userName":"ann",${one}}`))

const stricter = (why: string, ...all: readonly string[]): readonly Mutation[] =>
  fields(...all).map(({ text }) => ({ text, why }))

const names = (...all: readonly string[]): readonly string[] => all.map((name) => `{"userName":${name}}`)

const MACHINE = '0123456789abcdef0123456789abcdef'

const SIZES = [
  'diskSize',
  'notAfterUSec',
  'stopDelayUSec',
  'rateLimitBurst',
  'luksVolumeKeySize',
  'tmpLimit',
  'lastChangeUSec',
]
const BOOLEANS = [
  'locked',
  'autoLogin',
  'killProcesses',
  'enforcePasswordPolicy',
  'mountNoSuid',
  'dropCaches',
  'passwordChangeNow',
]
const SAFE = ['iconName', 'emailAddress', 'timeZone', 'cifsService', 'luksCipher', 'preferredSessionType']
const PATHS = ['homeDirectory', 'shell', 'skeletonDirectory', 'imagePath', 'blobDirectory']
const MODES = ['umask', 'accessMode']

/** What userdbctl takes, or does not, and we likewise. */
const ALIKE: readonly Mutation[] = [
  ...whole('{"userName":"ann"}', '{}', '[]', '"ann"', '', 'null', '{"userName":"ann"} x', '{"userName":"ann",}'),
  ...whole('{"userName":"ann","exampleA":01}', "{'userName':'ann'}", '{"userName":"ann","exampleA":NaN}'),
  ...whole('{"userName":"ann","exampleA":"\\ud800"}', '{"userName":"ann","exampleA":"a\\u0000b"}'),
  ...whole('{"userName":"ann","realName":"a","realName":"b"}', '\ufeff{"userName":"ann"}', '/* x */{"userName":"ann"}'),
  ...whole(...names('""', '"0"', '"1000"', '"a/b"', '"a:b"', '5', 'null', '"a\\n"', '" a"', '["ann"]')),
  ...fields(
    '"disposition":"regular"',
    '"disposition":"human"',
    '"disposition":5',
    '"storage":"luks"',
    '"storage":"zfs"',
  ),
  ...fields(
    '"uid":60001',
    '"uid":65535',
    '"uid":4294967295',
    '"uid":4294967296',
    '"uid":-1',
    '"uid":"60001"',
    '"gid":65535',
  ),
  ...fields('"niceLevel":-20', '"niceLevel":19', '"niceLevel":20', '"niceLevel":-21', '"niceLevel":"5"'),
  ...fields('"cpuWeight":1', '"cpuWeight":10000', '"cpuWeight":0', '"ioWeight":20000', '"cpuWeight":"idle"'),
  ...fields('"rebalanceWeight":0', '"rebalanceWeight":null', '"rebalanceWeight":true', '"rebalanceWeight":10001'),
  ...fields('"autoResizeMode":"grow"', '"autoResizeMode":false', '"autoResizeMode":"on"', '"autoResizeMode":5'),
  ...fields(
    '"tasksMax":1',
    '"tasksMax":0',
    '"memoryMax":"2G"',
    '"memoryHigh":18446744073709551615',
    '"memoryMax":18446744073709551614',
  ),
  ...fields(
    '"environment":["A=b"]',
    '"environment":["A"]',
    '"environment":["1A=b"]',
    '"environment":["=b"]',
    '"environment":"A=b"',
  ),
  ...fields('"birthDate":"2004-02-29"', '"birthDate":"2003-02-29"', '"birthDate":"2000"', '"birthDate":20000101'),
  ...fields(
    '"memberOf":["tea"]',
    '"memberOf":["1"]',
    '"memberOf":[""]',
    '"memberOf":"tea"',
    '"memberOf":[5]',
    '"aliases":["0"]',
  ),
  ...fields(
    '"preferredLanguage":"de_DE.UTF-8"',
    '"preferredLanguage":"de DE"',
    '"additionalLanguages":["C","a b"]',
    '"preferredLanguage":"."',
  ),
  ...fields('"resourceLimits":{"RLIMIT_NOFILE":{"cur":1,"max":2}}', '"resourceLimits":{"NOFILE":{"cur":1,"max":2}}'),
  ...fields(
    '"resourceLimits":{"RLIMIT_NOFILE":{"cur":1}}',
    '"resourceLimits":{"RLIMIT_NOFILE":5}',
    '"resourceLimits":[]',
  ),
  ...fields(
    '"blobManifest":{"avatar":"00"}',
    `"blobManifest":{"avatar":"${MACHINE}${MACHINE}"}`,
    `"blobManifest":{".a":"${MACHINE}${MACHINE}"}`,
  ),
  ...fields(
    '"pkcs11TokenUri":["pkcs11:token=a"]',
    '"pkcs11TokenUri":["x"]',
    '"fido2HmacCredential":["AAAA"]',
    '"fido2HmacCredential":["?"]',
  ),
  ...fields(
    '"defaultArea":"work"',
    '"defaultArea":"a/b"',
    '"defaultArea":"."',
    '"tmpLimitScale":4294967295',
    '"tmpLimitScale":4294967296',
  ),
  ...fields(
    '"realm":"example.org"',
    '"realm":"a..b"',
    '"realm":5',
    '"diskSizeRelative":4294967296',
    '"diskSize":18446744073709551616',
  ),
  ...fields(
    '"privileged":[]',
    '"privileged":{"passwordHint":5}',
    '"privileged":{"sshAuthorizedKeys":[5]}',
    '"privileged":{"recoveryKey":{}}',
  ),
  ...fields('"perMachine":{}', '"perMachine":[5]', '"signature":{}', '"status":[]', '"binding":5'),
  ...fields(
    `"perMachine":[{"matchMachineId":"${MACHINE}","uid":"x"}]`,
    `"perMachine":[{"matchMachineId":"${MACHINE}","realName":"Ann"}]`,
  ),
  ...fields(
    `"perMachine":[{"matchMachineId":"${MACHINE}","memoryMax":1073741824}]`,
    `"perMachine":[{"matchMachineId":["${MACHINE}"],"exampleA":1}]`,
  ),
  ...fields('"exampleA":{"b":[1,2.5,null,true]}', '"exampleA":-9223372036854775808', '"exampleA":18446744073709551615'),
  ...SIZES.flatMap((key) =>
    fields(`"${key}":0`, `"${key}":1`, `"${key}":-1`, `"${key}":"2G"`, `"${key}":1.5`, `"${key}":true`),
  ).filter(
    // A template has no time of its last change: below.
    ({ text }) => !/lastChangeUSec":[01]}/.test(text),
  ),
  ...BOOLEANS.flatMap((key) =>
    fields(`"${key}":true`, `"${key}":false`, `"${key}":"yes"`, `"${key}":1`, `"${key}":[]`),
  ),
  ...SAFE.flatMap((key) =>
    fields(
      `"${key}":"ok"`,
      `"${key}":"it's"`,
      `"${key}":"a\\\\b"`,
      `"${key}":"a\\nb"`,
      `"${key}":"a\\u007fb"`,
      `"${key}":5`,
    ),
  ),
  ...PATHS.flatMap((key) =>
    fields(
      `"${key}":"/srv/a"`,
      `"${key}":"srv"`,
      `"${key}":""`,
      `"${key}":"/a/../b"`,
      `"${key}":"/a//b"`,
      `"${key}":"/a/./b"`,
      `"${key}":["/a"]`,
    ),
  ),
  ...MODES.flatMap((key) => fields(`"${key}":0`, `"${key}":511`, `"${key}":-1`, `"${key}":true`, `"${key}":"0o22"`)),
  ...fields(
    '"umask":512',
    '"homeDirectory":"/a:b"',
    '"shell":"/bin/a:b"',
    '"shell":"/"',
    '"shell":"/bin/"',
    '"homeDirectory":"/a/"',
  ),
]

/** What userdbctl takes and we refuse. */
const STRICTER: readonly Mutation[] = [
  ...names('"A"', '"a b"', '"-a"', '"a.b"', '"1a"', '"a$"', '"ä"', '"{{USER}}"', `"${'a'.repeat(32)}"`).map((text) => ({
    text,
    why: 'HOME-02: homectl and other programs take strict names only',
  })),
  ...stricter(
    'HOME-01: readers disagree, and JSON leaves it to them',
    '"exampleA":{"b":1,"b":2}',
    '"exampleA":18446744073709551616',
  ),
  ...stricter(
    'HOME-03: the manager adds it',
    '"secret":{}',
    `"binding":{"${MACHINE}":{"uid":60001}}`,
    '"status":{}',
    '"signature":[]',
    '"lastChangeUSec":0',
  ),
  ...stricter('HOME-03: the manager adds it', '"service":"org.example"'),
  ...stricter('HOME-04: users of systemd-homed are regular', '"disposition":"system"', '"disposition":"container"'),
  ...stricter('HOME-05: systemd-homed has no such users', '"storage":"classic"'),
  ...stricter('HOME-07: into /etc/passwd goes what is there', '"skeletonDirectory":"/a\\u0001"'),
  ...stricter('HOME-08: a number in quotes is not what anybody meant to write', '"stopDelayUSec":"5"'),
  ...stricter(
    'HOME-08: it would be in files by the line',
    '"location":"a\\nb"',
    '"cifsExtraMountOptions":"a\\nb"',
    '"environment":["A=\\u0001"]',
  ),
  ...stricter(
    'HOME-08: systemd has no such names in its own tools',
    '"memberOf":["a b"]',
    '"selfModifiableBlobs":["a/b"]',
    '"defaultArea":"a\\nb"',
  ),
  ...stricter(
    'HOME-09: a string is taken for a decimal number',
    '"umask":"022"',
    '"accessMode":"700"',
    '"umask":null',
    '"umask":18.0',
  ),
  ...stricter('HOME-09: nothing but permissions', '"accessMode":512', '"accessMode":4095'),
  ...stricter('HOME-10: a number in quotes is not what anybody meant to write', '"diskSize":"5"'),
  ...stricter('HOME-10: more than there is', '"diskSizeRelative":4294967297'),
  ...stricter(
    'HOME-11: cryptsetup takes powers of two from 512 to 4096',
    '"luksSectorSize":513',
    '"luksSectorSize":8192',
    '"luksSectorSize":256',
  ),
  ...stricter('HOME-11: null says nothing', '"niceLevel":null'),
  ...stricter('HOME-12: systemd-homed makes no other', '"fileSystemType":"ntfs"', '"fileSystemType":""'),
  ...stricter('HOME-12: documented as a domain', '"realm":"a b"', '"realm":""', '"realm":"-a"'),
  ...stricter('HOME-12: documented in lower case', '"luksUuid":"A5B2AD45-6C4F-4BD6-9F5A-0E4C8C8B5B43"'),
  ...stricter('HOME-13: documented so, /etc/passwd cannot hold it', '"realName":"A:B"', '"realName":"A\\nB"'),
  ...stricter(
    'HOME-14: not looked at',
    '"privileged":{"foo":1}',
    '"privileged":{"hashedPassword":"x"}',
    '"privileged":{"hashedPassword":["x"]}',
  ),
  ...stricter(
    'HOME-14: not looked at',
    '"privileged":{"sshAuthorizedKeys":["x"]}',
    '"privileged":{"recoveryKey":[{"type":"words","hashedPassword":"!"}]}',
  ),
  ...stricter(
    'HOME-15: matches nothing, so nothing is looked at',
    '"perMachine":[{"memoryMax":5}]',
    '"perMachine":[{"matchMachineId":"zz"}]',
    '"perMachine":[{"matchHostname":5}]',
  ),
  ...stricter(
    'HOME-15: another machine, so nothing is looked at',
    '"perMachine":[{"matchHostname":"elsewhere","realName":"Ann"}]',
  ),
  ...stricter(
    'HOME-06: another machine, so nothing is looked at',
    '"perMachine":[{"matchHostname":"elsewhere","uid":"x"}]',
  ),
]

export const MACHINE_ID = MACHINE
export const MUTATIONS: readonly Mutation[] = [...ALIKE, ...STRICTER]
