/** What converging a tenant comes down to: a list of these, in this order. Data, so that it can be printed instead of done. */

/** `renew`: another tree of the repository takes the place of the unit's own. The rest are systemctl(1)'s. */
export type Action = 'daemon-reload' | 'reload' | 'start' | 'stop' | 'restart' | 'renew'

export interface Step {
  readonly do: Action
  /** What it is done to; a daemon-reload has none. */
  readonly unit?: string
  /** For people: `is not wanted any more`. */
  readonly why: string
  /** Whether a failure is only told: somebody else goes on without. */
  readonly mayFail?: true
}

/** `start tenant-vm@acme:web.service`, as systemctl(1) has it. */
export const stepWords = ({ do: action, unit }: Step): readonly string[] => [
  action,
  ...(unit === undefined ? [] : [unit]),
]
