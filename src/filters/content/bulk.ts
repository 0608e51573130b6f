/** Objects to what has been seen often of late from senders that prove nothing: a campaign, each copy a little different. */

import { fingerprint } from '../../facts/fingerprint.ts'
import { identities } from '../../facts/identities.ts'
import { duration, score, whole } from '../../model/checks.ts'
import type { Filter } from '../../model/filter.ts'
import { points as evidence } from '../../model/finding.ts'
import { checked, schemaOf } from '../../model/options.ts'
import type { Increment } from '../../model/store.ts'
import { type Duration, toMilliseconds } from '../../model/units.ts'

export interface BulkOptions {
  /** Points of a message that was seen `often`. @default 2 */
  readonly points?: number
  /** How often a text is seen from senders without proof before it costs anything. @default 20 */
  readonly threshold?: number
  /** How long each is remembered. @default '1d' */
  readonly within?: Duration
}

const schema = schemaOf<BulkOptions>('bulk', {
  points: score({ min: 0 }),
  threshold: whole({ min: 2 }),
  within: duration({ min: '1s' }),
})

/**
 * Counts likenesses of texts in the store (see the fact `fingerprint`), those of senders that DMARC does not prove. One recipient
 * of a newsletter is one message each: honest bulk mail proves who it is from, and is not counted.
 *
 * @example
 * bulk({ points: 3, often: 50, within: '6h' })
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
      return evidence(points, `${how} has come ${seen} times from senders that nothing proves`, { rule: 'campaign' })
    },
  }
}
