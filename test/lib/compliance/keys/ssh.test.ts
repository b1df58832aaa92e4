import { expect, test } from 'vitest'
import { authorizedKeyOf, sshKeyOf } from '../../../../lib/compliance/keys/ssh.ts'

// Made by ssh-keygen, which also said the digests: `ssh-keygen -lf`, from base64 to hex.

const ED25519 = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHg/P28JPrG5Grbgd6M2tSgZsihfiyfMhB2OG8tayXn0 release@example.org'
const RSA =
  'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDczQA4o2iBghvBnAQnrB2RZEP6ButJwK5ZAxDG5TbqMEubEKcz+bV9JMz1zJBxZETgZO+7Da/EaeZH92OYmVx+DlOfdxR5psuVidAZC6MCgeS+0OePVvqF0inMp1VkmZ0HYJLdEVDYYEVxjwT741XgBxVawmeth+OF+33rrazrofXQWI0/oj7+2wSIX0DNk9JOmqCQawimi6zBglQfSNBOfYY0zuF3lob804Uumm0/R51VW23Ol1t946lDb4D0NeoRf0yZbcvaR6iV+Hx6Z8ZaPYQt4qBlLb0aG0UEYp7n8Wf+FF9EF+QxMRRhE0w/3BOjxbYesTQr05TGtwdVKpT5 x'
const ECDSA =
  'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBDMwvmlwcMECW+oXoUrePYOEc3OozAF0td8n5ikC66rsB5zrsANg3tdL0tkROD7NMuox+rB7aoYgMknwSqwC3R4= x'

test.each([
  [ED25519, 'ssh-ed25519', '4aba54b0ad1a27b3ab6ac978ea1fbf7929ea7de9f0e088eab2fca5ea9d28782e'],
  [RSA, 'ssh-rsa', 'bca622a5f238addd45c3387284ff884e4b75759aa21e39db6eb4ba5cb84ca685'],
  [ECDSA, 'ecdsa-sha2-nistp256', 'a7059e55cd9bffc2f8e2ec728329a544c9b68d7ce4a22d0f345f955b8099a4b9'],
])('%s', (line, kind, digest) => expect(sshKeyOf(line)).toEqual({ kind, digest }))

test.each([
  ['', 'expected a kind of key and the key'],
  ['ssh-ed25519', 'expected a kind of key and the key'],
  ['ssh-dss AAAA', "'ssh-dss' is no kind of key that is known"],
  ['toString AAAA', "'toString' is no kind of key that is known"],
  ['ssh-ed25519 ?', 'the key is not base64'],
  ['ssh-ed25519 AAAA', 'the key is no ssh-ed25519'],
  ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAAgA=', 'the key is no ssh-ed25519'],
  ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAAQA=', 'the key is no ssh-ed25519, it is too short'],
  [ED25519.replace('ssh-ed25519 ', 'sk-ssh-ed25519@openssh.com '), 'the key is no sk-ssh-ed25519@openssh.com'],
  [ECDSA.replace('nistp256', 'nistp384'), "the key says that it is 'ecdsa-sha2-nistp256' and not ecdsa-sha2-nistp384"],
])('%j is refused: %s', (line, problem) => expect(sshKeyOf(line)).toBe(problem))

test.each([
  ED25519,
  `restrict ${ED25519}`,
  `command="echo \\"a b\\" c",no-pty ${ED25519}`,
  `  from="192.0.2.0/24,*.example.org"\t${ED25519}  `,
])('%s is one in authorized_keys', (line) => expect(authorizedKeyOf(line)).toMatchObject({ kind: 'ssh-ed25519' }))

test.each(['restrict', 'command="a b', '{{KEY}}', `command=a b ${ED25519}`])('%s is none', (line) =>
  expect(typeof authorizedKeyOf(line)).toBe('string'),
)
