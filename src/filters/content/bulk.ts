/** Reports campaigns: similar texts that were received often from unauthenticated senders. */

import { fingerprint } from '../../facts/fingerprint.ts'
import { identities } from '../../facts/identities.ts'
import { duration, score, whole } from '../../model/checks.ts'
import type { Filter } from '../../model/filter.ts'
import { points as evidence } from '../../model/finding.ts'
import { checked, schemaOf } from '../../model/options.ts'
import type { Increment } from '../../model/store.ts'
import { type Duration, toMilliseconds } from '../../model/units.ts'

/** Options of {@link bulk}. */
export interface BulkOptions {
  /** Points of a message whose text was received `threshold` times. @default 2 */
  readonly points?: number
  /** How many similar texts from unauthenticated senders it takes. @default 20 */
  readonly threshold?: number
  /** How long each text is remembered. @default '1d' */
  readonly within?: Duration
}

const schema = schemaOf<BulkOptions>('bulk', {
  points: score({ min: 0 }),
  threshold: whole({ min: 2 }),
  within: duration({ min: '1s' }),
})

/**
 * Counts similar texts in the store (see the fact `fingerprint`) if DMARC does not authenticate their sender. Each
 * recipient of a newsletter gets one message: honest bulk mail is authenticated and is not counted.
 *
 * @example
 * bulk({ points: 3, threshold: 50, within: '6h' })
 * @throws PosternError when a number or a duration makes no sense
 */
export function bulk(options: BulkOptions = {}): Filter {
  const { points = 2, threshold = 20, within = '1d' } = checked(schema, options)
  const lasts = toMilliseconds(within)
  return {
    name: 'bulk',
    checks: 'content',
    message: async message => {
      if (message.user !== undefined || message.reversePath === '') return false
      const [print, who] = await Promise.all([message.ask(fingerprint), message.ask(identities)])
      if (who.author !== undefined || print.bands.length === 0) return false
      const keys = [`exact:${print.exact}`, ...print.bands].map(key => `bulk:${key}`)
      const counts = await message.callExternal(`bulk:${print.exact}`, async () => {
        const answers = await message.store.run(
          keys.map((key): Increment => ({ op: 'increment', key, by: 1, ttl: lasts })),
        )
        return answers.map(({ count }) => count)
      })
      const seen = Math.max(...counts)
      if (seen < threshold) return false
      const how = (counts[0] ?? 0) >= threshold ? 'the same text' : 'a text like this one'
      return evidence(points, `${how} was received ${seen} times from unauthenticated senders`, { rule: 'campaign' })
    },
  }
}
