/** Checks where quarantined mail is held. */
import { oneOf, text } from '../../model/checks.ts'
import { type Check, either, isRecord, object, required, type Shape } from '../../model/options.ts'
import { type PostgresOptions, postgresShape } from '../../postgres/options.ts'
import { budgetShape } from '../../quarantine/budgets.ts'
import { keyCheck } from '../../quarantine/cipher.ts'
import type { FolderQuarantineConfig, HeldConfig, PostgresQuarantineConfig, QuarantineConfig } from './kept-types.ts'

const heldShape: Shape<HeldConfig> = { key: keyCheck(), ...budgetShape, whenFull: oneOf('deliver', 'defer') }

const folder = object<FolderQuarantineConfig>(
  { folder: required(text('the path of a folder')), ...heldShape },
  'a quarantine',
)

const postgres = object<PostgresQuarantineConfig>(
  { postgres: required(object<PostgresOptions>(postgresShape, 'PostgreSQL')), ...heldShape },
  'a quarantine',
)

const QUARANTINE = "{ folder } or { postgres: { url } }; write quarantine: { folder: './held' }"

/** A folder, or a database: what else there may be follows from that. */
export const quarantineCheck: Check<QuarantineConfig> = either(QUARANTINE, found => {
  if (!isRecord(found)) return undefined
  return 'postgres' in found ? postgres : folder
})
