import { expect, test } from 'vitest'
import { useMachine } from './machine.ts'

const here = useMachine()

test('boots', async () => {
  expect(here.machine.must('systemctl --version | head -1')).toContain('262')
  console.log(here.machine.must('systemd-analyze; systemd-analyze blame | head'))
  expect(here.machine.must('systemctl is-system-running')).toBe('running')
  console.time('reboot')
  console.log(await here.machine.reboot())
  console.timeEnd('reboot')
  console.log(
    here.machine.must(
      'mkdir /run/a; mksquashfs /etc /tmp/x.sqsh -quiet >&2; mount -o loop /tmp/x.sqsh /run/a; ls /run/a | head -3; cat /sys/fs/cgroup/cgroup.controllers; systemctl list-units --state=running',
    ),
  )
})
