/**
 * Most that systemd-analyze(1) `security` may find a unit exposed, from 0 to 10: what it was when it was last looked at. A
 * number may be lowered. What raises one has to say in the unit why.
 */
export const EXPOSURE: Readonly<Record<string, number>> = {
  'bitbuilder-isolation.service': 2,
  'bitbuilder-late.service': 0.7,
  // The namespace would be nobody else's if the unit had one of its own for mounts.
  'netns-tenant@.service': 9.4,
  'tenant-container@.service': 5.9,
  'tenant-health@.service': 0.6,
  'tenant-infra@.service': 3.6,
  'tenant-layers@.service': 1.4,
  'tenant-network@.service': 2.2,
  'tenant-provision@.service': 2.7,
  'tenant-storage@.service': 1.7,
  'tenant-vm@.service': 3.6,
  'tenant@.service': 1.4,
}
