import { ours, rules, systemdPage, uapi } from '../rule.ts'

const page = ours('bitbuilder-metadata.json', 5)
const condition = systemdPage('systemd.unit', 5)
const versions = uapi('version_format_specification', 'UAPI.10 Version Format')

export const META = rules({
  'META-01': ['E', 'metadata.json is a regular file of strict JSON, an object without duplicate keys', page],
  'META-02': ['E', 'template is an object in which type, version and name are texts', page],
  'META-03': [
    'E',
    'template.type is one of infrastructure, machine, container, homed, network, sysext and confext',
    page,
  ],
  'META-04': [
    'E',
    'template.version begins with a letter or digit and has no other characters than these and . ~ ^ -',
    versions('Version Format'),
    { why: 'It becomes a part of names such as NAME_VERSION.raw, in which _ and + mean something.' },
  ],
  'META-05': [
    'E',
    'template.name has lower-case letters, digits, dots and dashes, at most 64, and is the name of its directory',
    page,
    { why: 'Another name than that of the directory is a warning: repositories may be cloned under any name.' },
  ],
  'META-06': [
    'E',
    'requirements is an object: systemd_version and kernel are texts, features a list of different texts',
    page,
  ],
  'META-07': [
    'E',
    'a constraint is a list of terms such as >=258, separated by blanks, that all have to hold',
    condition,
    {
      why: 'The grammar is that of ConditionVersion=, where a version alone is a pattern and ^, ~, || and commas are no operators.',
    },
  ],
  'META-08': [
    'E',
    'versions of constraints are compared as UAPI.10 has it',
    versions('Comparison'),
    { why: 'There 6 is less than 6.0, so that >=6.0 leaves out a version that says of itself to be 6.' },
  ],
  'META-09': ['W', 'systemd_version asks for at least 258, and constraints can be met at all', page],
  'META-10': ['W', 'features are known ones', page],
  'META-11': ['W', 'features name what a template of this type is run by', page],
  'META-12': ['E', 'defaults.resources.cpu is a whole number from 1', page],
  'META-13': [
    'E',
    'defaults.resources.memory and storage are sizes as systemd has them, such as 2G or 512M',
    systemdPage('systemd.resource-control', 5),
    { why: 'A number says no unit, GB and GiB are none of the units, and a lower case letter is refused.' },
  ],
  'META-14': ['W', 'a VM has at least 128M of memory, and the storage holds the template itself', page],
  'META-15': ['E', 'defaults.network.mode is a known mode, management_interface true or false', page],
  'META-16': [
    'E',
    'with management_interface the root file system has 10-management.network and 10-management.netdev',
    page,
  ],
  'META-17': ['W', 'there are no unknown keys; x-… is free', page],
  'META-18': [
    'W',
    'the os-release of the root file system agrees with version and name of the template',
    systemdPage('os-release', 5),
  ],
})
