/** Checks where quarantined mail is held. */
import { duration, oneOf, size, text, whole } from '../../model/checks.ts'
import { type Check, object, required } from '../../model/options.ts'
import { keyCheck } from '../../quarantine/cipher.ts'
import type { QuarantineConfig } from './types.ts'

export const quarantineCheck: Check<QuarantineConfig> = object<QuarantineConfig>(
  {
    folder: required(text('the path of a folder')),
    key: keyCheck(),
    keep: duration({ min: '1m' }),
    size: size({ min: '64kb' }),
    each: whole({ min: 1 }),
    whenFull: oneOf('deliver', 'defer'),
  },
  'a quarantine',
)
