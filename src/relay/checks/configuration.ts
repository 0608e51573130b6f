/** Looks for what is allowed in a configuration, and is seldom meant. */
import type { Check } from '../../doctor/run.ts'
import type { CheckResult } from '../../doctor/types.ts'
import { verdicts } from '../../doctor/verdicts.ts'
import type { RelayOptions } from '../config/options.ts'
import { nameNotice } from '../host-name.ts'

const EXPECTED = 'a configuration for mail of the Internet'

type Warning = readonly [option: string, found: string, remedy: string]

export const configuration = (options: RelayOptions, uid = process.getuid?.()): Check => ({
  name: 'configuration',
  expected: EXPECTED,
  run: (): readonly CheckResult[] => {
    const warnings = warningsOf(options, uid)
    if (warnings.length === 0) return [verdicts('configuration', EXPECTED).ok('nothing is unusual')]
    return warnings.map(([option, found, remedy]) =>
      verdicts(`configuration ${option}`, EXPECTED).warning(found, remedy),
    )
  },
})

function warningsOf(options: RelayOptions, uid: number | undefined): readonly Warning[] {
  const { enforce, store, log, user, filters } = options
  const name = nameNotice(options)
  const silent = log.stdout === false && !log.file && !log.redis && !log.history && (log.sinks ?? []).length === 0
  const off = (['spf', 'dkim', 'dmarc', 'rateLimit'] as const).filter(key => filters[key] === false)
  return [
    ...(enforce ? [] : [MODE]),
    ...(store === 'memory' ? [MEMORY] : []),
    ...(name === undefined ? [] : [['name', name.reason, 'set name to the full name of this host'] as const]),
    ...(silent ? [SILENT] : []),
    ...(uid === 0 && user === undefined ? [ROOT] : []),
    ...(off.length === 0
      ? []
      : [['filters', `${off.join(', ')} are switched off`, 'remove false behind them'] as const]),
  ]
}

const MODE: Warning = [
  'mode',
  "mode is 'shadow': everything is accepted, whatever is decided",
  "read the log for some days, then set mode: 'enforce'",
]
const MEMORY: Warning = [
  'store',
  'store is memory: what was learned of senders is lost at each restart',
  "set store: { file: '/var/lib/postern/postern.db' }",
]
const SILENT: Warning = ['log', 'nothing takes the record of what happens', 'set log.stdout, log.file or log.history']
const ROOT: Warning = ['user', 'postern runs as root', 'create a user for it, and set user']
