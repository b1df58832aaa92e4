import { rules, systemdPage } from '../rule.ts'

const network = systemdPage('systemd.network', 5)
const netdev = systemdPage('systemd.netdev', 5)

export const NETT = rules({
  'NETT-01': [
    'E',
    '.network, .netdev and .link files are in systemd/network of /etc, /run, /usr/lib or /usr/local/lib, units in systemd/system',
    network,
    { fix: 'moves the file', why: 'Nobody reads it anywhere else.' },
  ],
  'NETT-02': [
    'E',
    'names of interfaces are valid, and have at most 15 bytes',
    network,
    {
      why: 'The kernel has no longer ones. An assignment with one is ignored, and with it all that depends on the name.',
    },
  ],
  'NETT-03': [
    'E',
    'there is no %i and no shell variable in a value, and {{NAME}} only in files that the template renders',
    network,
    {
      why: 'networkd expands neither specifiers nor variables.',
      fix: 'makes it a parameter, in a template of networks',
    },
  ],
  'NETT-04': [
    'E',
    'the sections and keys are known, and those without which the file is ignored are there',
    netdev,
    {
      why: 'A .netdev file needs Name= and Kind= and what its kind needs, a .network file a [Match] that matches something.',
    },
  ],
  'NETT-05': ['E', 'values are such as networkd takes: addresses, keys, ports, endpoints, numbers', network],
  'NETT-06': [
    'W',
    'no setting is deprecated',
    network,
    { why: 'IPMasquerade=yes, for one, means ipv4, and not both as one would think.' },
  ],
  'NETT-07': [
    'W',
    'what needs a partner to have an effect has it',
    network,
    {
      why: '[DHCPServer] needs DHCPServer=yes, a VLAN or VXLAN the .network file of the interface under it, [BridgeVLAN] a bridge with VLANFiltering=yes.',
    },
  ],
  'NETT-08': [
    'W',
    'files are called NN-NAME, a pair has one NAME, and keys are files that networkd alone can read',
    netdev,
    { why: 'networkd is the user systemd-network: a key is 0640, of root and its group.' },
  ],
  'NETT-09': ['E', 'bridges that are named are defined in the same set of files', network],
})
