/** Checks of the options that every quarantine has. */
import { callback, flag, having } from '../model/checks.ts'
import { type RequiredCheck, required, type Shape } from '../model/options.ts'
import type { Clock } from '../model/services.ts'
import { budgetShape } from './budgets.ts'
import { keyCheck } from './cipher.ts'
import type { HeldQuarantineOptions } from './held-quarantine.ts'
import type { Redeliver } from './types.ts'

export const heldQuarantineShape: Shape<HeldQuarantineOptions> & { readonly deliver: RequiredCheck<Redeliver> } = {
  deliver: required(callback('a function that delivers a released message')),
  key: keyCheck(),
  ...budgetShape,
  isReader: flag(),
  notify: callback(),
  clock: having<Clock>('a clock', 'now', 'monotonic', 'after'),
}
