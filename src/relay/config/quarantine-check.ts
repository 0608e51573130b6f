/** Checks where quarantined mail is held. */
import { oneOf, text } from '../../model/checks.ts'
import { type Check, object, required } from '../../model/options.ts'
import { budgetShape } from '../../quarantine/budgets.ts'
import { keyCheck } from '../../quarantine/cipher.ts'
import type { QuarantineConfig } from './types.ts'

export const quarantineCheck: Check<QuarantineConfig> = object<QuarantineConfig>(
  {
    folder: required(text('the path of a folder')),
    key: keyCheck(),
    ...budgetShape,
    whenFull: oneOf('deliver', 'defer'),
  },
  'a quarantine',
)
