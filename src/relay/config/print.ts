/** The configuration as text, without its secrets. */
import type { RelayConfig } from './types.ts'

const HIDDEN = '(hidden)'
/** Names of options whose value is a secret, wherever they stand. */
const SECRET = /^(?:\w*password|\w*secret|token|key)$/i

/** JSON. What JSON cannot hold, such as functions and filters, is named in brackets. */
export const printed = (config: RelayConfig): string => JSON.stringify(shown(config, ''), undefined, 2)

/** The same value without its secrets, as JSON holds it. */
export const withoutSecrets = (value: object): unknown => JSON.parse(JSON.stringify(shown(value, '')))

function shown(value: unknown, key: string): unknown {
  if (typeof value === 'function') return `(function ${value.name})`.replace(' )', ')')
  if (typeof value === 'string') return isSecret(key, value) ? HIDDEN : withoutPassword(value)
  if (Array.isArray(value)) return value.map(entry => shown(entry, key))
  if (typeof value !== 'object' || value === null) return value
  if (key === 'ownFilters' && 'name' in value) return `(filter ${String(value.name)})`
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, shown(entry, name)]))
}

/** The path of a private key is no secret, its text is. */
const isSecret = (key: string, value: string): boolean =>
  value.includes('PRIVATE KEY') || (SECRET.test(key) && !(key === 'key' && !value.includes('\n')))

const withoutPassword = (text: string): string => text.replace(/^(\w{2,10}:\/\/[^\s:/@]*):[^\s@]*@/, `$1:${HIDDEN}@`)
