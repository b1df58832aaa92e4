import { describe, expect, test } from 'vitest'
import { useMachine } from './machine.ts'

// A tenant's repository on a booted system: by the unit, in its sandbox, as bitbuilder-git.

const TENANTS = '/var/lib/tenants'

/** Loopback only; `acme` needs a password. */
const SERVER = `
mkdir -p /srv/www/cgi-bin
cat >/srv/www/cgi-bin/git <<'EOF'
#!/bin/sh
export GIT_PROJECT_ROOT=/srv/git GIT_HTTP_EXPORT_ALL=1 GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*'
exec git http-backend
EOF
chmod +x /srv/www/cgi-bin/git
echo '/cgi-bin:user:s3cret' >/etc/httpd.conf
cat >/etc/systemd/system/git-server.service <<'EOF'
[Service]
ExecStart=/usr/bin/busybox httpd -f -p 127.0.0.1:8080 -h /srv/www -c /etc/httpd.conf
EOF
mkdir -p /srv/git /etc/bitbuilder/bitbuilder.conf.d
git config --system user.name Tester
git config --system user.email tester@example.org
git config --system init.defaultBranch main
git config --system safe.directory '*'
printf '[Provision]\\nProtocols=https http file\\n' >/etc/bitbuilder/bitbuilder.conf.d/50-test.conf`

const here = useMachine({ installed: true, prepare: SERVER })

const must = (command: string) => here.machine.must(command)
const run = (command: string) => here.machine.run(command)

const entry = (id: string, repository: object, more: object = {}): void =>
  here.machine.write(`/etc/bitbuilder/tenants.d/${id}.json`, JSON.stringify({ id, repository, ...more }))

/** All files of a commit; a mark in front of a text makes it a link or a program, as in a shell script. The new commit. */
const commit = (repository: string, files: Readonly<Record<string, string>>, options = ''): string => {
  const dir = `/srv/git/${repository}`
  must(`mkdir -p ${dir} && cd ${dir} && git init --quiet && git rm -r --quiet --ignore-unmatch . && git clean -fdqx`)
  for (const [path, text] of Object.entries(files)) here.machine.write(`${dir}/${path}`, text)
  must(`cd ${dir} && git add --all --force && git commit --quiet --allow-empty --message=x ${options}`)
  return must(`git -C ${dir} rev-parse HEAD`)
}

const config = (id: string): string => must(`basename "$(readlink ${TENANTS}/${id}/config)"`)
const state = (id: string) =>
  JSON.parse(must(`cat ${TENANTS}/${id}/provision.json`)) as {
    readonly state: string
    readonly problems: readonly { readonly message: string; readonly at: { readonly file: string } }[]
  }
const messages = (id: string): string => JSON.stringify(state(id).problems)

const start = (id: string) => run(`systemctl restart tenant-provision@${id}`)

/** What provisioning made of a tenant, to the byte. Dates, the repository's packs and whose wish it was say nothing. */
const outcome = (id: string): string =>
  must(`cd ${TENANTS}/${id} && find . -path ./git -prune -o -printf '%p %y %m %U %l\\n' | sort
    find . -path ./git -prune -o -type f -print0 | sort -z | xargs -0 sha256sum`)

const EXTENSION = 'extensions/sysext/tools/usr/lib/extension-release.d/extension-release.tools'
const FILES = {
  'metadata.json': '{"resources": {"tasks": 100}}',
  [EXTENSION]: 'ID=_any\n',
  'scripts/x.sh': '#!/bin/sh\n',
}

describe('a tenant with a repository', () => {
  test('starts with what is in it', () => {
    const first = commit('acme', FILES)
    entry('acme', { url: 'file:///srv/git/acme' })
    must('systemctl daemon-reload && systemctl start tenant@acme')
    expect([config('acme'), state('acme').state]).toEqual([first, 'current'])
    expect(here.machine.show('tenant-acme.slice', 'TasksMax')).toEqual({ TasksMax: '100' })
    expect(must(`findmnt --noheadings ${TENANTS}/acme/sysext`)).toContain('/trees/')
    expect(must(`find ${TENANTS}/acme/revisions ${TENANTS}/acme/trees -not -user root`)).toBe('')
    expect(must('systemctl is-system-running')).toBe('running')
  })

  test('gets a new commit when it is asked for, and is reloaded', () => {
    const before = config('acme')
    const next = commit('acme', { ...FILES, 'metadata.json': '{"resources": {"tasks": 200}}' })
    const said = must('bitbuilder provision acme')
    expect(said).toBe(`acme: revision ${next}, before ${before}\nreloaded tenant@acme.service`)
    expect(here.machine.show('tenant-acme.slice', 'TasksMax')).toEqual({ TasksMax: '200' })
    expect(must('bitbuilder provision acme')).toContain(`revision ${next}, as before`)
  })

  test('goes back, and stays there', () => {
    const newest = config('acme')
    expect(must('bitbuilder rollback acme')).toContain(`before ${newest}`)
    const former = config('acme')
    expect(former).not.toBe(newest)
    expect(here.machine.show('tenant-acme.slice', 'TasksMax')).toEqual({ TasksMax: '100' })
    must('systemctl restart tenant-provision@acme')
    expect([config('acme'), messages('acme')]).toEqual([former, expect.stringContaining('was rolled back from')])
    expect(run(`bitbuilder rollback acme ${newest.slice(0, 8)}`).status).toBe(0)
    expect(run('bitbuilder rollback acme ffffffff')).toMatchObject({ status: 1 })
    expect(config('acme')).toBe(newest)
  })

  test('keeps running what it has when a commit is bad, and says why', () => {
    const before = [config('acme'), here.machine.show('tenant@acme.service', 'InvocationID')]
    const bad = commit('acme', { 'metadata.json': '{\n  "resources": {"memory": "4 GB"}\n}\n' })
    const { status, stdout } = run('bitbuilder provision acme')
    expect(status).toBe(1)
    const reason = `${bad.slice(0, 12)}:metadata.json:2:27: resources.memory: expected a size such as 512M or 4G, got "4 GB"`
    expect(stdout).toContain(`error: ${reason}\n`)
    expect(here.machine.journal('--unit=tenant-provision@acme')).toContain(reason)
    expect(run('bitbuilder status acme').stdout).toContain(reason)
    expect([config('acme'), here.machine.show('tenant@acme.service', 'InvocationID')]).toEqual(before)
    must('systemctl restart tenant@acme')
    expect(config('acme')).toBe(before[0])
  })

  test('without any revision fails, says why, and is tried again', () => {
    entry('never', { url: 'file:///srv/git/never' })
    must('systemctl daemon-reload')
    expect(run('systemctl start tenant@never').status).toBe(1)
    expect(here.machine.journal('--unit=tenant@never')).toContain('has no revision of its repository yet')
    expect(here.machine.journal('--unit=tenant-provision@never')).toMatch(
      /never\.json:1:\d+: repository\.url: cannot fetch/,
    )
    must('systemctl stop tenant@never && rm /etc/bitbuilder/tenants.d/never.json')
    must('systemctl daemon-reload && systemctl reset-failed')
  })
})

describe('the sandbox', () => {
  test('shows git one tenant, no process but its own, and gives it no privilege', () => {
    // In the place of git, and says what it sees.
    here.machine.write(
      '/usr/local/git-spy',
      `#!/bin/sh
case " $* " in *" fetch "*) ;; *) exec /usr/bin/git.real "$@" ;; esac
exec >&2
echo "user=$(id -un) groups=$(id -Gn)"
echo "tenants=$(cd ${TENANTS} && ls -d acme other 2>/dev/null) listed=$(ls ${TENANTS} 2>/dev/null) processes=$(ls -d /proc/[0-9]* | wc -l)"
grep -E 'CapEff|NoNewPrivs' /proc/self/status | tr '\\n' ' '
cat ${TENANTS}/acme/config/metadata.json /etc/bitbuilder/git/acme.netrc /etc/shadow >/dev/null 2>&1 && echo READ
touch ${TENANTS}/acme/x /run/bitbuilder/x /etc/x /usr/x 2>/dev/null && echo WROTE
exit 1
`,
    )
    here.machine.write('/etc/bitbuilder/git/acme.netrc', 'machine x login y password z\n')
    must('chmod 0600 /etc/bitbuilder/git/acme.netrc && chmod +x /usr/local/git-spy')
    must('mv /usr/bin/git /usr/bin/git.real && ln -s /usr/local/git-spy /usr/bin/git')
    must(`mkdir -m 0755 ${TENANTS}/other`)
    start('acme')
    must(`rmdir ${TENANTS}/other`)
    must('mv /usr/bin/git.real /usr/bin/git && rm /etc/bitbuilder/git/acme.netrc')
    const seen = messages('acme')
    expect(seen).toContain('user=bitbuilder-git groups=bitbuilder-git; tenants=acme listed= ')
    expect(Number(/processes=(\d+)/.exec(seen)?.[1])).toBeLessThan(12)
    expect(seen).toMatch(/CapEff:\\t0+ NoNewPrivs:\\t1/)
    expect(seen).not.toMatch(/READ|WROTE/)
  })

  test('lets nothing of the run stay', () => {
    expect(must('ls -A /run/bitbuilder/git')).toBe('')
    expect(must('pgrep --uid bitbuilder-git || true')).toBe('')
  })
})

describe('over the network', () => {
  test('a repository is fetched with the password of the address, which nobody gets to see', () => {
    must('systemctl start git-server')
    const first = commit('web', FILES)
    entry('web', { url: 'http://user:s3cret@127.0.0.1:8080/cgi-bin/git/web' })
    must('systemctl daemon-reload && systemctl restart tenant-provision@web')
    expect([state('web').state, messages('web'), config('web')]).toEqual(['current', '[]', first])
    entry('web', { url: 'http://user:s3cret@127.0.0.1:8080/cgi-bin/git/nothing' })
    start('web')
    expect(messages('web')).toContain('http://***@127.0.0.1:8080/cgi-bin/git/nothing')
    const shown = ['show web', 'show web --json', 'status web', 'status web --json', 'provision web', 'verify']
    const said = shown.map((verb) => run(`bitbuilder ${verb}`)).map(({ stdout, stderr }) => stdout + stderr)
    expect([...said, here.machine.journal(), must(`cat ${TENANTS}/web/provision.json`)].join('\n')).not.toContain(
      's3cret',
    )
    expect(must(`grep -r s3cret ${TENANTS} /run/bitbuilder /run/systemd/generator || true`)).toBe('')
  })

  test('or with that of a file', () => {
    entry('web', { url: 'http://127.0.0.1:8080/cgi-bin/git/web' })
    start('web')
    expect(state('web').state).toBe('failed')
    here.machine.write('/etc/bitbuilder/git/web.netrc', 'machine 127.0.0.1 login user password s3cret\n')
    must('chmod 0600 /etc/bitbuilder/git/web.netrc')
    const next = commit('web', { ...FILES, 'README.md': 'x' })
    start('web')
    expect([messages('web'), config('web')]).toEqual(['[]', next])
    expect(here.machine.journal()).not.toContain('s3cret')
  })

  test('a server that is gone takes nothing away', () => {
    must('systemctl stop git-server')
    const before = outcome('web').replace(/.*provision\.json\n/g, '')
    expect(start('web').status).toBe(0)
    expect(messages('web')).toContain('cannot fetch')
    expect(outcome('web').replace(/.*provision\.json\n/g, '')).toBe(before)
  })
})

describe('hostile trees', () => {
  const DIR = '/srv/git/hostile'
  const tree = (lines: string): string => must(`cd ${DIR} && printf '%b' "${lines}" | git mktree --missing`)
  const blob = (text: string): string => must(`cd ${DIR} && printf '%s' '${text}' | git hash-object -w --stdin`)
  const commitTree = (id: string): void => {
    must(`cd ${DIR} && git update-ref refs/heads/main "$(git commit-tree -m x -p main ${id})"`)
  }

  test('change nothing and reach nothing', () => {
    const good = commit('hostile', FILES)
    entry('hostile', { url: `file://${DIR}` })
    must('systemctl daemon-reload && systemctl restart tenant-provision@hostile')
    const before = outcome('hostile').replace(/.*provision\.json\n/g, '')
    const etc = must('find /etc /usr/lib/systemd /root -printf "%p %s %T@\n" | sort | sha256sum')
    const file = blob('x')
    let many = tree(`100644 blob ${file}\\tx\\n`)
    for (let depth = 0; depth < 9; depth += 1)
      many = tree(Array.from({ length: 10 }, (_, index) => `040000 tree ${many}\\td${index}\\n`).join(''))
    const inner = tree(`100644 blob ${file}\\tshadow\\n`)
    for (const hostile of [
      many,
      tree(`120000 blob ${blob('/etc')}\\ta\\n040000 tree ${inner}\\ta\\n`),
      tree(`040000 tree ${inner}\\t..\\n`),
      tree(`040000 tree ${inner}\\t.git\\n`),
      tree(`120000 blob ${blob('/etc')}\\tmachines\\n`),
      tree(`120000 blob ${blob('../../../../../etc/shadow')}\\tmetadata.json\\n`),
      tree(`160000 commit ${good}\\tsub\\n`),
      tree(`100644 blob ${file}\\t${'x'.repeat(5000)}\\n`),
    ]) {
      commitTree(hostile)
      expect(start('hostile').status).toBe(0)
      expect([state('hostile').state, config('hostile')]).toEqual(['failed', good])
      expect(outcome('hostile').replace(/.*provision\.json\n/g, '')).toBe(before)
    }
    expect(must('find /etc /usr/lib/systemd /root -printf "%p %s %T@\n" | sort | sha256sum')).toBe(etc)
    expect(must('systemctl is-system-running')).toBe('running')
  })
})

describe('a disk that is full', () => {
  test('leaves everything as it was', () => {
    must(`truncate --size=24M /srv/full.img && mkfs.ext4 -q /srv/full.img && mkdir ${TENANTS}/full`)
    must(`mount -o loop /srv/full.img ${TENANTS}/full && rmdir ${TENANTS}/full/lost+found`)
    commit('full', FILES)
    entry('full', { url: 'file:///srv/git/full' })
    must('systemctl daemon-reload && systemctl restart tenant-provision@full')
    const before = outcome('full').replace(/.*provision\.json\n/g, '')
    const dir = '/srv/git/full'
    for (const size of ['30M', '12M']) {
      must(
        `cd ${dir} && head --bytes=${size} /dev/urandom >large && git add large && git commit --quiet --message=large`,
      )
      expect(start('full').status).toBe(0)
      expect(state('full').state).toBe('failed')
      expect(messages('full')).toMatch(/[Nn]o space left on device/)
      expect(outcome('full').replace(/.*provision\.json\n/g, '')).toBe(before)
      must(`git -C ${dir} reset --quiet --hard HEAD~1`)
    }
    const small = commit('full', { ...FILES, 'README.md': 'x' })
    start('full')
    expect([messages('full'), config('full')]).toEqual(['[]', small])
    must(`umount ${TENANTS}/full`)
  })
})

describe('signatures', () => {
  const KEYS = {
    ssh: {
      make: `ssh-keygen -q -t ed25519 -N '' -f /srv/key
        echo "tester@example.org $(cut -d' ' -f1,2 /srv/key.pub)" >/etc/bitbuilder/signers/signed-ssh.allowed-signers`,
      options: '-c gpg.format=ssh -c user.signingKey=/srv/key',
    },
    openpgp: {
      make: `mkdir -m 0700 /srv/gnupg
        gpg --homedir /srv/gnupg --batch --quiet --passphrase '' --quick-generate-key 'Tester <tester@example.org>' ed25519
        gpg --homedir /srv/gnupg --export >/etc/bitbuilder/signers/signed-openpgp.pgp`,
      options: '-c gpg.program=/srv/gpg',
    },
  } as const

  test.each(['ssh', 'openpgp'] as const)('by %s: every new commit needs one', (verify) => {
    const id = `signed-${verify}`
    const dir = `/srv/git/${id}`
    const { make, options } = KEYS[verify]
    here.machine.write('/srv/gpg', '#!/bin/sh\nexec gpg --homedir /srv/gnupg "$@"\n')
    must(`chmod +x /srv/gpg && mkdir -p /etc/bitbuilder/signers && ${make}`)
    const sign = () => {
      must(`git -C ${dir} ${options} commit --quiet --allow-empty --gpg-sign --message=signed`)
      return must(`git -C ${dir} rev-parse HEAD`)
    }
    must(`git init --quiet ${dir}`)
    const first = sign()
    entry(id, { url: `file://${dir}`, verify })
    must('systemctl daemon-reload')
    start(id)
    expect([messages(id), config(id)]).toEqual(['[]', first])
    must(`git -C ${dir} commit --quiet --allow-empty --message=unsigned`)
    const unsigned = must(`git -C ${dir} rev-parse HEAD`)
    sign()
    start(id)
    expect(state(id).problems.map(({ at, message }) => `${at.file}: ${message}`)).toEqual([
      `commit ${unsigned.slice(0, 12)}: is not signed`,
    ])
    expect(config(id)).toBe(first)
    must(`git -C ${dir} reset --quiet --hard ${first}`)
    const good = sign()
    start(id)
    expect([messages(id), config(id)]).toEqual(['[]', good])
    must(`git -C ${dir} reset --quiet --hard ${first}`)
    start(id)
    expect([config(id), messages(id)]).toEqual([good, expect.stringContaining('rewritten the history')])
  })
})

describe('killed at any point', () => {
  /** Enough to take a while, and everything that provisioning converges. */
  const trees = (text: string) =>
    Object.fromEntries(
      Array.from({ length: 6 }, (_, index) => [
        `containers/c${index}/rootfs/usr/share/${text}-${index}`,
        text.repeat(2000),
      ]),
    )
  const FIRST = { ...FILES, ...trees('one'), 'machines/gone/rootfs/x': 'x' }
  const SECOND = { ...FILES, ...trees('two'), 'machines/new/rootfs/x': 'x', 'extensions/confext/site.raw': 'hsqs' }
  const POINTS = 50

  test('and run again, it ends in the same state', { timeout: 900_000 }, () => {
    commit('kill', FIRST)
    entry('kill', { url: 'file:///srv/git/kill' })
    must('systemctl daemon-reload && systemctl restart tenant-provision@kill')
    // A directory to go back to, the same in each round.
    must(`cp -a ${TENANTS}/kill /srv/before`)
    commit('kill', SECOND)
    const began = performance.now()
    must('systemctl restart tenant-provision@kill')
    const whole = performance.now() - began
    const expected = outcome('kill')
    const killed = { before: 0, after: 0 }
    for (let point = 0; point < POINTS; point += 1) {
      must(`rm -rf ${TENANTS}/kill && cp -a /srv/before ${TENANTS}/kill`)
      const seconds = ((Math.random() * whole) / 1000).toFixed(3)
      must(
        `systemctl restart --no-block tenant-provision@kill; sleep ${seconds}
         systemctl kill --signal=KILL --kill-whom=all tenant-provision@kill 2>/dev/null || true
         timeout 30 sh -c 'until systemctl show --property=ActiveState tenant-provision@kill | grep -qE "=(active|inactive|failed)$"; do sleep 0.02; done'`,
      )
      const { Result: result } = here.machine.show('tenant-provision@kill.service', 'Result')
      killed[result === 'success' ? 'after' : 'before'] += 1
      // Whatever is there of the tenant at that moment is whole.
      must(`test -f ${TENANTS}/kill/config/metadata.json`)
      must('systemctl reset-failed tenant-provision@kill.service; systemctl restart tenant-provision@kill')
      expect(outcome('kill'), `after ${seconds} s`).toBe(expected)
    }
    console.log(
      `killed in ${killed.before} of ${POINTS} runs of ${whole.toFixed(0)} ms, ${killed.after} were done before`,
    )
    expect(killed.before).toBeGreaterThan(POINTS / 3)
  })
})

describe('a machine that names a template', () => {
  const NAMED = JSON.stringify({ template: { name: 'tenant-container-template' } })
  const MACHINE = { 'containers/web/metadata.json': NAMED, 'containers/web/rootfs/etc/greeting': 'hello\n' }

  test('is a container that runs, with its own files in it', () => {
    commit('shop', MACHINE)
    entry('shop', { url: 'file:///srv/git/shop' })
    must('systemctl daemon-reload && systemctl start tenant@shop')
    expect(state('shop')).toMatchObject({ state: 'current', problems: [] })
    // It is active when systemd in it says that it is up.
    must("timeout 60 sh -c 'until systemctl is-active --quiet tenant-container@shop:web; do sleep 0.2; done'")
    const leader = must('machinectl show --property=Leader --value web.shop')
    expect(must(`cat /proc/${leader}/root/etc/greeting`)).toBe('hello')
    expect(must(`cat /proc/${leader}/comm`)).toBe('systemd')
    expect(must('systemctl is-system-running')).toBe('running')
  })

  test('stays as it is when a commit does not comply, and says of which file and rule', () => {
    const before = config('shop')
    commit('shop', { ...MACHINE, 'containers/web/rootfs/usr/lib/os-release': 'ID=no such id\n' })
    start('shop')
    expect([config('shop'), state('shop').state]).toEqual([before, 'failed'])
    const [problem] = state('shop').problems
    expect(problem?.at.file).toMatch(/:containers\/web\/rootfs\/usr\/lib\/os-release$/)
    expect(problem?.message).toMatch(/\[OSR-[0-9]+\]$/)
    expect(must('systemctl is-active tenant-container@shop:web')).toBe('active')
    must('systemctl stop tenant@shop')
  })

  test('or one that an administrator instantiates by hand, from git and by its user', () => {
    must('cp -a /usr/share/bitbuilder/templates/tenant-container-template /srv/git/template')
    must('cd /srv/git/template && git init --quiet && git add --all --force && git commit --quiet --message=x')
    const said = must('bitbuilder template instantiate file:///srv/git/template#main /srv/made')
    expect(said).toContain('/srv/made: tenant-container-template 1.0.0, ')
    must('bitbuilder template instantiate tenant-container-template /srv/other')
    const contents = (dir: string) => must(`cd ${dir}/rootfs && find . -type f -print0 | sort -z | xargs -0 sha256sum`)
    expect(contents('/srv/made')).toBe(contents('/srv/other'))
    expect(must('ls -d /var/tmp/bitbuilder-* 2>/dev/null || true')).toBe('')
  })
})
