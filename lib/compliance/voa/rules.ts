import { ours, rules, uapi } from '../rule.ts'

const page = uapi(
  'file_hierarchy_for_the_verification_of_os_artifacts',
  'UAPI File Hierarchy for the Verification of OS Artifacts',
)

const naming = page('Directory naming')
const links = page('Symlinking')
const masks = page('Masking')
const openpgp = page('OpenPGP')
const technology = page('Technology')

export const VOA = rules({
  'VOA-01': [
    'E',
    'verifiers are in /etc/voa, /run/voa, /usr/local/share/voa or /usr/share/voa',
    page('Load paths'),
    { why: 'No other directory called voa is searched, so what it holds verifies nothing.' },
  ],
  'VOA-02': [
    'W',
    'a tree ships its verifiers in /usr/share/voa, local ones in /etc/voa, and nothing in /run/voa',
    page('Retrieval of signature verifiers'),
    { why: '/run is empty when a system starts: what a tree has there is covered.' },
  ],
  'VOA-03': [
    'E',
    "the first directory is named 'ID:VERSION_ID:VARIANT_ID:IMAGE_ID:IMAGE_VERSION' without what is unset at its end",
    page('OS'),
  ],
  'VOA-04': ['W', "the first directory's name has at most five parts, others are ignored", page('OS')],
  'VOA-05': [
    'W',
    "the parts of the first directory's name are those of the tree's os-release",
    page('OS'),
    { why: 'A lookup takes exactly one name; it never falls back to a less specific one.' },
  ],
  'VOA-06': ['E', "the second directory is named 'ROLE' or 'trust-anchor-ROLE', of a-z, 0-9, '.', '_' and '-'", naming],
  'VOA-07': [
    'W',
    'the role is package, repository-metadata or image, or one that somebody looks for',
    page('Standard roles'),
  ],
  'VOA-08': ['W', "beside 'trust-anchor-ROLE' there is 'ROLE', with what the anchors vouch for", naming],
  'VOA-09': [
    'E',
    "the third directory is named with a-z, 0-9, '.', '_' and '-'; 'default' without a context",
    page('Context'),
  ],
  'VOA-10': ['E', 'the fourth directory is named like a technology: openpgp, ssh, x509, minisign, signify', technology],
  'VOA-11': ['W', 'the technology is specified; as yet that is openpgp alone', technology],
  'VOA-12': [
    'E',
    'four levels of directories hold nothing but directories, and the last one regular files',
    page('File Hierarchy'),
    { fix: 'removes placeholders that git needed' },
  ],
  'VOA-13': [
    'E',
    "an OpenPGP certificate is named 'FINGERPRINT.openpgp', in lower case",
    openpgp,
    { fix: 'renames what has the right fingerprint in another spelling' },
  ],
  'VOA-14': [
    'E',
    'an OpenPGP certificate is in ASCII armor, whose checksum is right if it has one',
    openpgp,
    { fix: 'puts a binary certificate in armor' },
  ],
  'VOA-15': ['E', 'an OpenPGP file holds one certificate, whose fingerprint is its name', openpgp],
  'VOA-16': ['E', 'an OpenPGP file holds no secret key', page('File Hierarchy')],
  'VOA-17': ['W', 'an OpenPGP certificate is not revoked, has not expired, and is good for its purpose', openpgp],
  'VOA-18': ['E', "an SSH key is one line in 'SHA256.pub', named by the lower-case SHA-256 of the key", technology],
  'VOA-19': [
    'E',
    "'*-certificate.pem' holds X.509 certificates that fit their purpose, '*-public-key.pem' a public key",
    technology,
  ],
  'VOA-20': ['E', "a minisign or signify key is public, named '*.pub', and no trust anchor", page('Point to Point')],
  'VOA-21': ['E', 'a link leads into its own load path or one of lower priority, over every step', links],
  'VOA-22': ['E', 'there are no links in /run/voa but masks', links],
  'VOA-23': ['E', 'a link leads somewhere: a verifier to a file, a level to a directory', links],
  'VOA-24': ['E', 'a link is named like what it leads to, and so is every link on the way', links],
  'VOA-25': ['W', 'a link is relative', links, { fix: 'makes it relative' }],
  'VOA-26': ['E', 'a mask is a link with the name of a verifier, in /etc/voa or /run/voa, to exactly /dev/null', masks],
  'VOA-27': ['E', 'no directory is masked, and no empty file is meant as a mask', masks],
  'VOA-28': ['W', 'there are no hard links', page('Avoiding duplication of data in the directory structure')],
  'VOA-29': ['W', 'a verifier that is in two load paths is the same in both', page('Load logic')],
  'VOA-30': [
    'W',
    'directories are 0755 and files 0644, and they are their root directory’s owner’s',
    ours(),
    { fix: 'sets the mode' },
  ],
  'VOA-31': [
    'E',
    'a sysext has verifiers in /usr/share/voa or /usr/local/share/voa, a confext in /etc/voa',
    page('Load paths'),
    { why: 'Nothing else of it is ever merged.' },
  ],
})
