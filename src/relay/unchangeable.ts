/** Options that a reload cannot change. */
import type { RelayOptions } from './config/options.ts'

/** Options of which a change needs another start of the process. */
export function unchangeable(before: RelayOptions, after: RelayOptions): readonly string[] {
  const keys = [
    'listeners',
    'name',
    'store',
    'relays',
    'workers',
    'limits',
    'log',
    'quarantine',
    'metrics',
    'rspamd',
    'user',
    'group',
  ] as const
  // A renewed certificate is read by its own watch.
  const text = (value: unknown) =>
    JSON.stringify(value, (key, inner: unknown) => (key === 'cert' || key === 'key' ? undefined : inner))
  return keys.filter(key => text(before[key]) !== text(after[key]))
}
