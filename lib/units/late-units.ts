import { LATE_SERVICE } from '../layout/names.ts'
import { unitTemplate } from '../layout/paths.ts'
import type { UnitSet } from '../systemd/unit-set.ts'
import { wants } from '../systemd/unit-set.ts'

/** /var is not mounted yet: a second look after the boot. */
export const lateUnits: UnitSet = [wants('multi-user.target', LATE_SERVICE, unitTemplate(LATE_SERVICE))]
