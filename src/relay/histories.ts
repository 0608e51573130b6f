/** Opens the history that a configuration names. */
import type { History, HistoryPrivacyOptions } from '../history/index.ts'
import type { Notify } from '../model/services.ts'
import { needDriver } from '../postgres/installed.ts'
import type { HistoryConfig, LogPrivacyConfig } from './config/kept-types.ts'

export interface HistoryServices {
  readonly privacy?: LogPrivacyConfig
  readonly notify: Notify
  /** Only searches and erases: what is old is up to the gateway that writes. @default false */
  readonly isReader?: boolean
}

/** Where events wait while the database is away, unless the configuration says another place. */
const WAITING = { folder: 'postern-waiting' }

/** What the gateway that writes drops is not dropped here. */
const FOREVER = { keep: '36500d', size: '1000000gb' } as const

export async function openHistory(
  config: HistoryConfig,
  { privacy, notify, isReader = false }: HistoryServices,
): Promise<History> {
  const { postgresHistory, sqliteHistory } = await import('../history/index.ts')
  const services = { ...(privacy && !isReader && { privacy: historyPrivacy(privacy) }), notify }
  const bounds = isReader ? FOREVER : {}
  if (!('postgres' in config)) return sqliteHistory({ ...config, ...bounds, ...services })
  needDriver('log.history.postgres')
  const { postgres, waiting = WAITING, ...rest } = config
  return postgresHistory({ ...postgres, ...rest, ...bounds, ...(!isReader && { waiting }), ...services })
}

/** What the history forgets later. */
const historyPrivacy = ({ shortenAfter, key }: LogPrivacyConfig): HistoryPrivacyOptions => ({
  ...(shortenAfter !== undefined && { shortenAfter }),
  ...(key !== undefined && { key }),
})
