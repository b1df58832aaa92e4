import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { crc24, readBlocks, toArmor } from '../../../../lib/compliance/keys/armor.ts'
import { certificatesOf, MAY_CERTIFY, MAY_SIGN, unfitness } from '../../../../lib/compliance/keys/certificate.ts'
import { packetsOf } from '../../../../lib/compliance/keys/openpgp.ts'

// Made by gpg 2.4 and sq 1.3, which also said the fingerprints.

/** Signs and certifies, for one second after it was made. */
const OLD = [
  '-----BEGIN PGP PUBLIC KEY BLOCK-----',
  '',
  'mDMEawKGBxYJKwYBBAHaRw8BAQdAGnwaOfPeytCFOun/mCqEXtVGIXQN6+PTApNE',
  'kI0iVXK0FU9sZCA8b2xkQGV4YW1wbGUub3JnPoiWBBMWCgA+FiEEgUzZSocTHJDH',
  '9+b8SMrrBjgqlOcFAmsChgcCGwMFCQAAAAEFCwkIBwIGFQoJCAsCBBYCAwECHgEC',
  'F4AACgkQSMrrBjgqlOefqwEA2/8scHnA1FS+YnexgLKP5vlrx4RLrBwkWIERGTA+',
  'VJoBANscYDa3JyrcBgEfD9JE3l4wDdWESht55QwD4GnpRREM',
  '=D13/',
  '-----END PGP PUBLIC KEY BLOCK-----',
].join('\n')

/** A primary key that certifies, and subkeys to sign, to log in and to encrypt with. */
const FOUR = [
  '-----BEGIN PGP PUBLIC KEY BLOCK-----',
  '',
  'xjMEawKGGBYJKwYBBAHaRw8BAQdApKyxxLsPVbvbZYGGGJLxVsBOrGHdbl/5Y6wz',
  'QuWBQz7CwAsEHxYKAH0FgmsChhgDCwkHCRCCpZv7XmI7KEcUAAAAAAAeACBzYWx0',
  'QG5vdGF0aW9ucy5zZXF1b2lhLXBncC5vcmcQc7AwYejSeasJ9HCz/gKjts2FRXTW',
  'x23PnpypH8ElEgMVCggCmwECHgkWIQQGIcqxWDURSP7whACCpZv7XmI7KAAAIwIB',
  'AOJLqB4SfsvuPih/BWjkplK5/xCpuuOt7t3ui7NL45SdAP9x6g/Py6WopOz2C9bj',
  'Gr/pCWOj7QtcZRmDiA9fd8XRAc0SPGZvdXJAZXhhbXBsZS5vcmc+wsALBBMWCgB9',
  'BYJrAoYYAwsJBwkQgqWb+15iOyhHFAAAAAAAHgAgc2FsdEBub3RhdGlvbnMuc2Vx',
  'dW9pYS1wZ3Aub3Jn+NW0LOIuRshNM3WsZKXASso/sOEQOKhva8nwzyZ/e70DFQoI',
  'ApsBAh4JFiEEBiHKsVg1EUj+8IQAgqWb+15iOygAAHUtAP0SMFdWLk2Z3EKvBh9v',
  'Znw3MOpvxwCgozYo/ZLlaCfk7wEA+HqG3wqfFudp+lMvR1r+KzHSTK00teeg0wK2',
  'GrZMRgPNBEZvdXLCwA4EExYKAIAFgmsChhgDCwkHCRCCpZv7XmI7KEcUAAAAAAAe',
  'ACBzYWx0QG5vdGF0aW9ucy5zZXF1b2lhLXBncC5vcmfF8tS5++fUWNzT1wfU54Iq',
  '97dsYJAvT/IcUmsZ1gWxEwMVCggCmQECmwECHgkWIQQGIcqxWDURSP7whACCpZv7',
  'XmI7KAAAe9gA/A7wK1dHaICmlMg0T5jGQe+k9PbLycNGj1pBVP/E2pPWAP0Vf3Zj',
  'LT20VMHk82bnyvvZVLsRlwZ1FmhVZd6C4sjfA84zBGsChhgWCSsGAQQB2kcPAQEH',
  'QLw48KNB2XCfSONPKAAe3c45xWv0eSpXxfyH6upwGgqQwsC/BBgWCgExBYJrAoYY',
  'CRCCpZv7XmI7KEcUAAAAAAAeACBzYWx0QG5vdGF0aW9ucy5zZXF1b2lhLXBncC5v',
  'cmcVzrVl8s4IL0yGTA6yDb7OwKI2sqJJTSKp0D5+YZvyOQKbAr6gBBkWCgBvBYJr',
  'AoYYCRC9QAyJpkzTnUcUAAAAAAAeACBzYWx0QG5vdGF0aW9ucy5zZXF1b2lhLXBn',
  'cC5vcmc0YF30kFrLW9N44ELQMAe6OyNFKK/0AnmsqFBUQzM2fRYhBPgJAgZeIo3Z',
  'OPwPqr1ADImmTNOdAADtUAD/d5BNFoYikstJ2UW2xounQ1Z42I1oE38atXhbNH3l',
  'VPABANCQ15T2avgONLqoULtY46Dr8pBSOd/L6y056bPAhMoHFiEEBiHKsVg1EUj+',
  '8IQAgqWb+15iOygAABxtAP9Dobxn4GSQKExUvwqhCbzIMUo5NEDhJV6dFkT4Q5kP',
  'HgEAkGR7wCa8nM/CnzbGFkX0Q5put6Jdm08DE0AWywUxjQnOMwRrAoYYFgkrBgEE',
  'AdpHDwEBB0Des94M9EYcYI5FXTHYa2ZGJCEqHhlppElGjngkF/PXXcLAvwQYFgoB',
  'MQWCawKGGAkQgqWb+15iOyhHFAAAAAAAHgAgc2FsdEBub3RhdGlvbnMuc2VxdW9p',
  'YS1wZ3Aub3JnazTamiKQvWSFRbkG7KojQtKCePAzMnTIPqDKZkJNsGICmyC+oAQZ',
  'FgoAbwWCawKGGAkQ647a92FLOiZHFAAAAAAAHgAgc2FsdEBub3RhdGlvbnMuc2Vx',
  'dW9pYS1wZ3Aub3JnFIpnXeeseiAVhZGu5AYJPfGiuwQRTfYeTf4JJS/QfyQWIQR7',
  'dYn6kegzWsFNic3rjtr3YUs6JgAAtlIBALu6KSwSwpdtwGTd1F+pxy8IfTaD4S6R',
  'AJdRR+rZecXIAQDdG/AIJNNqGYYdMzkNPqM9ZLhHgEIzY7wWZ5EPzG5CDhYhBAYh',
  'yrFYNRFI/vCEAIKlm/teYjsoAAA1cQEAzm99tkYrWlp92eQO/EL6SUPNV0Aqhzrn',
  'W3q817O96OYA/20Szz2aDxyNNS3DE7mCp10Yswby7TSRlygv7Xg4WkwFzjgEawKG',
  'GBIKKwYBBAGXVQEFAQEHQEHeXHrT15QU6l86RQsuO8RFrIQZfIG7v0liRjL2V4Rs',
  'AwEIB8LAAAQYFgoAcgWCawKGGAkQgqWb+15iOyhHFAAAAAAAHgAgc2FsdEBub3Rh',
  'dGlvbnMuc2VxdW9pYS1wZ3Aub3JnBs6dH0O72YbWP93KNHC4ON6YjAstaAewsoQq',
  'FPBMs78CmwwWIQQGIcqxWDURSP7whACCpZv7XmI7KAAAYbABALGRUH4VrGsHJF/w',
  'Bdx1vc9jdHMUymr6j4Rdj8ocSbSMAQDWlPQQsvCQvuOOg3Qr3YS4tGjYrUyXM5fD',
  'ISOCWPwDDA==',
  '=Y15n',
  '-----END PGP PUBLIC KEY BLOCK-----',
].join('\n')

/** The same of version 6, without a subkey. */
const SIX = [
  '-----BEGIN PGP PUBLIC KEY BLOCK-----',
  '',
  'xioGawKGGBsAAAAgDHbx7mqIu8Daz/jEpMeibgB2cZfNmwy1dezm1KKX1BbCpgYf',
  'GwoAAAA3BYJrAoYYAwsJBwMVCggCmwECHgkiIQbJWhjo7LFL7EhDHV0cd/LJwI2Z',
  '57c995wGc2vKz+ekwQAAAAAMFiDiiOsGmFSIjlwjMaxFyYPA7vLVrM7PAN4tffMA',
  'z0VwFhj400GJXvDHGLesfmZr/rg0Ili9a6rQUxteYpG+7tyc+d/HoYV9kipzBi+H',
  'woqz7vx1lRLq/4rz27ldHBK10QjNETxzaXhAZXhhbXBsZS5vcmc+wqYGExsKAAAA',
  'NwWCawKGGAMLCQcDFQoIApsBAh4JIiEGyVoY6OyxS+xIQx1dHHfyycCNmee3Pfec',
  'BnNrys/npMEAAAAAHxEgQvpU9tJkRpsJqu+/AMQfaHUbduMeadmtaAYSLiP+Txuh',
  'BeSVEn0jjJ7w7M5J8iZtfEEVp5/JV5A5dYURcPvVXyLarineXOZS6PwaZyyziiYo',
  's0Hyw0rynXB54xraOPoOzQNTaXjCqQYTGwoAAAA6BYJrAoYYAwsJBwMVCggCmQEC',
  'mwECHgkiIQbJWhjo7LFL7EhDHV0cd/LJwI2Z57c995wGc2vKz+ekwQAAAAD0zCCi',
  'S2S9K1Wdwi0AH23aWoYvIiQiFhBFHQNl3ZtxNGPNLSGlgxJC/WJk5sJSpSZPGGiU',
  'f9D5xXxDEPiPIZqTCJQJIURiCGZnwuHYB3NxBQhqjNgvG3fdYuHgcS3fT8kqTA7O',
  'KgZrAoYYGQAAACAtv7/9xLNHwFtGZfkyfAqMmOpoEk7MIQqLagJVpITKZsKbBhgb',
  'CgAAACwFgmsChhgCmwwiIQbJWhjo7LFL7EhDHV0cd/LJwI2Z57c995wGc2vKz+ek',
  'wQAAAAAUQSBko6d+Iph6/w2ikzNrOAxN+Dj3KdGlMnsNBqvT/3p/nE7XbaoGJwN2',
  'E5a3TaJWH2WKu6eVgU6QQ/yGVnL9hf9pujPIZMW6C7dYklTB4xYfj1HxvtGVQRib',
  'Hkow9oUj/QvOKgZrAoYYGwAAACBgfLeI/uAK3vln2ySG4MZSSAEyvMUvxI5+6xb0',
  '0G0BGsLAdQYYGwoAAADGBYJrAoYYApsCmaAGGRsKAAAAKQWCawKGGCIhBsVnDILZ',
  'COsfm7PqJPUb/nK+hL+G01q1g1hVDxz0PwSeAAAAAB4BILK82g3yo/ocx5c30Qf1',
  '2vsRTA0qvjLQWYbnlM85ogMSQnNj1AbMyp0W4/ll3qEVXDztXEvgbH6OzZuY2LjW',
  'pf5TK5mfDtzaHzAB+CNtFj9KOkm+T6lo5vSUHRqF3E0VDCIhBslaGOjssUvsSEMd',
  'XRx38snAjZnntz33nAZza8rP56TBAAAAACv1ID9mvzne79ePI0jsUk6hpHkxgzkE',
  'Ro7rKpD2aDAF1X2FeJoeXPnbY0r5u3opMFPi5uUeL1BI8bDud1QCf9DKfUxJ3VDz',
  'MePHE/kaXFXCgQTms8H0GEH5qyDEuUQxf28TDs4qBmsChhgbAAAAIKSRfba1XSfD',
  'OykLMJJsVfjp8t775q+LS1VziFD7HUUKwsB1BhgbCgAAAMYFgmsChhgCmyCZoAYZ',
  'GwoAAAApBYJrAoYYIiEG31ahITUzOcFFpgA+qCNfJxDqCDtBD9gJ7JDOjv3lzfEA',
  'AAAAPT0gJciHlTbFyzlniRfS5cfgykGr6fcL2n0CiNEjGTnMx41L9M4ieTw/GsGy',
  'bk6S/i1Rhhn7UIXZL/5uF5tmCF/ZcXzXC7y+A8YJXeC2+xR0mRwCN2qI9CXDPd3f',
  't6Gs5PIPIiEGyVoY6OyxS+xIQx1dHHfyycCNmee3PfecBnNrys/npMEAAAAAUfwg',
  '2M8E04iA1JKdddpUHcENTxsRcLkCpJdFIi3n7Utsk+pQg3N4+/ODdl7Ha/iZVjlq',
  'aobCfEJtf23eaH5e6Pq8d3cNBYNayQQBPetHCwH1cP41SiFx5TCguTlXhabcaR8G',
  '-----END PGP PUBLIC KEY BLOCK-----',
].join('\n')

const read = (text: string) => {
  const blocks = readBlocks(text)
  if ('error' in blocks) throw new Error(blocks.error)
  return certificatesOf(blocks.flatMap(({ bytes }) => packetsOf(bytes) ?? []))
}

const only = (text: string) => {
  const { list } = read(text)
  const [certificate] = list
  if (certificate === undefined || list.length !== 1) throw new Error(`${list.length} certificates`)
  return certificate
}

test.each([
  [4, OLD, '814cd94a87131c90c7f7e6fc48caeb06382a94e7'],
  [4, FOUR, '0621cab158351148fef0840082a59bfb5e623b28'],
  [6, SIX, 'c95a18e8ecb14bec48431d5d1c77f2c9c08d99e7b73df79c06736bcacfe7a4c1'],
])('a certificate of version %d has its fingerprint', (version, text, fingerprint) => {
  const { primary } = only(text)
  expect(primary.key).toMatchObject({ version, fingerprint })
  expect(read(text)).toMatchObject({ hasSecret: false, foreign: undefined })
})

describe('what a certificate is good for', () => {
  const made = only(OLD).primary.key.created

  test.each([
    ['before it expires', OLD, MAY_SIGN, made, undefined],
    ['afterwards', OLD, MAY_SIGN, made + 1, 'has expired'],
    ['nobody knows when', OLD, MAY_SIGN, undefined, undefined],
    ['by a subkey', FOUR, MAY_SIGN, undefined, undefined],
    ['of the primary key', FOUR, MAY_CERTIFY, undefined, undefined],
    ['of version 6', SIX, MAY_CERTIFY, undefined, undefined],
  ])('%s', (_, text, flag, now, problem) => {
    expect(unfitness(only(text), flag, now)).toBe(problem)
  })

  test('subkeys are for what their bindings say', () => {
    const { subkeys } = only(FOUR)
    expect(subkeys.map(({ signatures }) => signatures.map(({ type, flags }) => [type, flags]))).toEqual([
      [[0x18, 0x02]],
      [[0x18, 0x20]],
      [[0x18, 0x0c]],
    ])
  })
})

test('armor is what gpg makes of the same bytes', () => {
  const blocks = readBlocks(OLD)
  if ('error' in blocks) throw new Error(blocks.error)
  expect(toArmor('PGP PUBLIC KEY BLOCK', blocks[0]?.bytes ?? new Uint8Array())).toBe(`${OLD}\n`)
})

// RFC 9580 has no vector; this one is of the catalogue of CRCs, CRC-24/OPENPGP.
test('the checksum', () => expect(crc24(Buffer.from('123456789'))).toBe(0x21cf02))

describe('whatever the bytes are', () => {
  const pieces = [OLD, FOUR, SIX].map((text) => {
    const blocks = readBlocks(text)
    return 'error' in blocks ? new Uint8Array() : (blocks[0]?.bytes ?? new Uint8Array())
  })

  test('they are read, or not', () => {
    const changed = fc
      .tuple(fc.constantFrom(...pieces), fc.array(fc.tuple(fc.nat(2000), fc.nat(255)), { maxLength: 8 }), fc.nat(2000))
      .map(([piece, changes, length]) => {
        const bytes = Uint8Array.from(piece)
        for (const [at, byte] of changes) if (at < bytes.length) bytes[at] = byte
        return bytes.subarray(0, length)
      })
    fc.assert(
      fc.property(fc.oneof(changed, fc.uint8Array({ maxLength: 300 })), (bytes) => {
        for (const certificate of certificatesOf(packetsOf(bytes) ?? []).list)
          expect(['string', 'undefined']).toContain(typeof unfitness(certificate, MAY_SIGN, 0))
      }),
    )
  })

  test('a packet that says to be longer than the file is none', () => {
    for (const piece of pieces) expect(packetsOf(piece.subarray(0, -1))).toBeUndefined()
  })

  // 4.2.1.4: only what is data has parts.
  test.each(['c6e0', '9b04', '04', 'c6ff', 'c6ff00000001'])('%s is no packet', (hex) =>
    expect(packetsOf(Buffer.from(hex, 'hex'))).toBeUndefined(),
  )
})
