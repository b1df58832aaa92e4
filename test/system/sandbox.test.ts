import { describe, expect, test } from 'vitest'
import { ACME_PROD, EXTENSIONS, imagesScript, REGISTRY, registry, TENANT123 } from './fixtures.ts'
import { useMachine } from './machine.ts'

// The generators as PID 1 runs them: where they write, what they say, what they cost.

const GENERATORS = '/usr/lib/systemd/system-generators'
const OURS = ['tenant-generator', 'mount-generator'] as const

/** Everything that fits: nothing to complain about. */
const GOOD = Object.fromEntries(Object.entries(EXTENSIONS).filter(([path]) => !/alien/.test(path)))

const FILES = { ...GOOD, [REGISTRY]: registry(TENANT123, ACME_PROD) }

const here = useMachine({ installed: true, files: FILES, prepare: imagesScript })

const must = (command: string) => here.machine.must(command)

/** All files with size and times, but for what other programs keep in motion. */
const snapshot = () =>
  must(`find / -xdev \\( -path /var/log -o -path /root \\) -prune -o -printf '%p %s %T@ %C@\\n' | sort
    find /run \\( -path /run/systemd -o -path /run/log \\) -prune -o -printf '%p %s %T@\\n' | sort`)

describe('a daemon-reload', () => {
  test('writes nothing outside of the generator directory', () => {
    const before = snapshot()
    must('systemctl daemon-reload')
    expect(snapshot()).toBe(before)
    expect(must('ls /run/systemd/generator')).toContain('tenant@tenant123.service')
    expect(must('find /run/systemd/generator.early /run/systemd/generator.late 2>/dev/null || true')).not.toMatch(
      /tenant/,
    )
  })

  test('is silent when all is well', () => {
    expect(must('bitbuilder verify')).toBeDefined()
    must('systemctl daemon-reload')
    expect(here.machine.journal()).not.toMatch(/(?:tenant|mount)-generator/)
  })

  test('gives the same files each time', () => {
    const files = `cd /run/systemd/generator && find . -printf '%p %l\\n' | sort &&
      find . -type f -exec sha256sum {} + | sort`
    const before = must(files)
    must('systemctl daemon-reload')
    expect(must(files)).toBe(before)
  })

  test('is not held up by a thousand entries with a mistake', () => {
    const many = Array.from({ length: 1000 }, (_, index) => ({ id: `t${index}`, resources: { memory: '4 GB' } }))
    here.machine.write(REGISTRY, registry(TENANT123, ...many))
    try {
      const start = performance.now()
      must('timeout 60 systemctl daemon-reload')
      expect(performance.now() - start).toBeLessThan(15_000)
      expect(must('ls /run/systemd/generator')).toContain('tenant@t999.service')
      expect(here.machine.show('tenant@tenant123.service', 'ActiveState')).toEqual({ ActiveState: 'active' })
    } finally {
      here.machine.write(REGISTRY, FILES[REGISTRY] as string)
      must('systemctl daemon-reload')
    }
  })
})

/** A generator by hand in a sandbox such as PID 1 makes: everything read-only but /run, and a /tmp of its own. */
const sandboxed = (generator: string, ...args: readonly string[]) =>
  here.machine.run([
    'systemd-run',
    '--quiet',
    '--pipe',
    '--wait',
    '--property=ProtectSystem=strict',
    '--property=ReadWritePaths=/run',
    '--property=PrivateTmp=yes',
    '--property=PrivateNetwork=yes',
    // With it a generator takes itself for one that PID 1 started, and speaks to /dev/kmsg.
    ...['env', '--unset=SYSTEMD_EXEC_PID'],
    `${GENERATORS}/${generator}`,
    ...args,
  ])

describe.each(OURS)('%s, started by hand in the sandbox of PID 1,', (generator) => {
  test('writes into three directories, or into one', () => {
    must('rm -rf /run/out && mkdir -p /run/out/normal /run/out/early /run/out/late /run/out/one')
    expect(sandboxed(generator, '/run/out/normal', '/run/out/early', '/run/out/late')).toMatchObject({
      status: 0,
      stdout: '',
      stderr: '',
    })
    expect(sandboxed(generator, '/run/out/one').status).toBe(0)
    expect(must('ls /run/out/early /run/out/late')).toBe('/run/out/early:\n\n/run/out/late:')
    must('diff --recursive --no-dereference /run/out/normal /run/out/one')
    expect(must('ls /run/out/normal')).not.toBe('')
  })

  test('says how it is called', () => {
    const { status, stderr } = sandboxed(generator)
    expect(status).toBe(2)
    expect(stderr).toContain(`usage: ${generator} NORMAL-DIR`)
    expect(sandboxed(generator, '/run/out/normal', '/run/out/early').status).toBe(2)
  })

  test('is cheap', () => {
    const milliseconds = Array.from({ length: 5 }, () => {
      must('rm -rf /run/out && mkdir /run/out')
      const spent = must(`cat /proc/uptime; ${GENERATORS}/${generator} /run/out; cat /proc/uptime`).split('\n')
      const [start = 0, end = 0] = spent.map((line) => Number(line.split(' ')[0]))
      return (end - start) * 1000
    }).sort((a, b) => a - b)
    console.log(`${generator}: ${milliseconds[2]?.toFixed(0)} ms, the median of 5 runs`)
    expect(milliseconds[2]).toBeLessThan(1000)
  })
})

test('bitbuilder=0 among the arguments of PID 1 switches both generators off', async () => {
  expect(must('tr "\\0" " " </proc/1/cmdline')).not.toContain('bitbuilder=')
  expect(off.machine.must('tr "\\0" " " </proc/1/cmdline')).toContain('bitbuilder=0')
  expect(off.machine.must('ls /run/systemd/generator')).not.toMatch(/tenant/)
  off.machine.must('systemctl daemon-reload')
  expect(off.machine.must('ls /run/systemd/generator')).not.toMatch(/tenant/)
  expect(off.machine.must('systemctl is-system-running')).toBe('running')
})
const off = useMachine({ installed: true, files: FILES, prepare: imagesScript, argv: ['bitbuilder=0'] })

test('generators take this much of a boot', () => {
  const { GeneratorsStartTimestampMonotonic: start, GeneratorsFinishTimestampMonotonic: finish } = Object.fromEntries(
    must('systemctl show --property=GeneratorsStartTimestampMonotonic,GeneratorsFinishTimestampMonotonic')
      .split('\n')
      .map((line) => line.split('=') as [string, string]),
  )
  const milliseconds = (Number(finish) - Number(start)) / 1000
  console.log(`all generators: ${milliseconds.toFixed(0)} ms of the boot`)
  expect(milliseconds).toBeGreaterThan(0)
  expect(milliseconds).toBeLessThan(5000)
})
