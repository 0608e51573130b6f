/** Checks where the record goes. */
import { waitingCheck } from '../../history/postgres/history.ts'
import { duration, flag, oneOf, secret, size, text, whole } from '../../model/checks.ts'
import { type Check, check, either, isRecord, list, object, required } from '../../model/options.ts'
import { type PostgresOptions, postgresShape } from '../../postgres/options.ts'
import type { FolderHistoryConfig, HistoryConfig, LogPrivacyConfig, PostgresHistoryConfig } from './kept-types.ts'
import { redisShape } from './store-check.ts'
import type { LogConfig, LogStreamConfig } from './types.ts'

const isTarget = (value: unknown): boolean =>
  typeof value === 'function' || (isRecord(value) && typeof value.write === 'function')

const historyShape = { keep: duration({ min: '1h' }), size: size({ min: '1mb' }), queue: size({ min: '64kb' }) }

/** A folder, or a database: what else there may be follows from that. */
const history: Check<HistoryConfig> = either('{ folder } or { postgres: { url } }', found => {
  if (!isRecord(found)) return undefined
  if (!('postgres' in found))
    return object<FolderHistoryConfig>({ folder: required(text('the path of a folder')), ...historyShape }, 'a history')
  return object<PostgresHistoryConfig>(
    {
      postgres: required(object<PostgresOptions>(postgresShape, 'PostgreSQL')),
      ...historyShape,
      waiting: waitingCheck(),
    },
    'a history',
  )
})

export const logCheck: Check<LogConfig> = object<LogConfig>(
  {
    stdout: flag(),
    file: object<NonNullable<LogConfig['file']>>(
      {
        path: required(text('the path of a file')),
        size: size({ min: 1 }),
        daily: flag(),
        keep: whole({ max: 100_000 }),
        sync: oneOf('rotation', 'batch'),
      },
      'a file',
    ),
    redis: object<LogStreamConfig>(
      { ...redisShape, key: text('the key of a stream'), maxLength: whole({ min: 1 }) },
      'a stream of Redis',
    ),
    history,
    sinks: list(check('a sink or a function that takes an event', isTarget), 'sinks'),
    privacy: object<LogPrivacyConfig>(
      { subject: oneOf('off', 'hash', 'plain'), key: secret(), shortenAfter: duration({ min: '1h' }) },
      'privacy',
    ),
  },
  'options of the record',
)
