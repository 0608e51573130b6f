/** The configuration as text, without its secrets. */
import type { RelayConfig } from './types.ts'

const HIDDEN = '(hidden)'
/** Names of options whose value is a secret, wherever they stand. */
const SECRET = /^(?:\w*password|\w*secret|token|key)$/i

/** JSON. What JSON cannot hold, such as functions and filters, is named in brackets. */
export const printed = (config: RelayConfig): string => JSON.stringify(shown(config, '', ''), undefined, 2)

/** The same value without its secrets, as JSON holds it. */
export const withoutSecrets = (value: object): unknown => JSON.parse(JSON.stringify(shown(value, '', '')))

function shown(value: unknown, key: string, above: string): unknown {
  if (typeof value === 'function') return `(function ${value.name})`.replace(' )', ')')
  if (typeof value === 'string') return isSecret(key, value, above) ? HIDDEN : withoutPassword(value)
  if (Array.isArray(value)) return value.map(entry => shown(entry, key, above))
  if (typeof value !== 'object' || value === null) return value
  if (key === 'ownFilters' && 'name' in value) return `(filter ${String(value.name)})`
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, shown(entry, name, key)]))
}

/** The path of a private key is no secret, and neither is the name of a stream; the text of a key is one. */
const isSecret = (key: string, value: string, above: string): boolean =>
  value.includes('PRIVATE KEY') || (SECRET.test(key) && !(key === 'key' && !KEYS.has(above) && !value.includes('\n')))

/** Blocks whose `key` is the key itself. */
const KEYS: ReadonlySet<string> = new Set(['quarantine', 'privacy'])

/** Of a URL: what stands before the last `@` of the host, and values of its query that are named as secrets. */
const withoutPassword = (text: string): string =>
  text
    .replace(/^([\w+.-]{2,20}:\/\/[^\s:/?#@]*):[^\s/?#]*@/, `$1:${HIDDEN}@`)
    .replace(
      /^([\w+.-]{2,20}:\/\/[^\s?]*\?)([^\s#]*)/,
      (_whole, start: string, query: string) => start + shownQuery(query),
    )

const shownQuery = (query: string): string =>
  query
    .split('&')
    .map(pair => {
      const [name = ''] = pair.split('=', 1)
      return SECRET.test(name) ? `${name}=${HIDDEN}` : pair
    })
    .join('&')
