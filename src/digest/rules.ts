/** The rules of digests, ready to be asked whose mail is whose. */
import { createHash } from 'node:crypto'
import type { Language } from '../mailing/types.ts'
import { toMilliseconds } from '../model/units.ts'
import { addressKey, domainOf, mailboxOf } from '../net/path.ts'
import { minutesOf } from './slots.ts'
import type { DigestRule } from './types.ts'

/** One rule. */
export interface ReadRule {
  /** The same for the same readers, whatever else changes in the configuration. */
  readonly key: string
  /** Undefined: each recipient gets their own. */
  readonly to: string | undefined
  readonly when: 'daily' | 'first'
  /** Minutes of the day. */
  readonly times: readonly number[]
  readonly zone: string
  /** Milliseconds. */
  readonly pause: number
  readonly language: Language
  /** The addresses and domains, for people. */
  readonly whose: string
  /** Whether the rule is about mail to this recipient. */
  readonly includes: (recipient: string) => boolean
}

/** @param language where a rule has none */
export function readRules(given: readonly DigestRule[], language: Language): readonly ReadRule[] {
  const rules = given.map(rule => readRule(rule, language))
  const personal = rules.filter(({ to }) => to === undefined)
  return rules.map(rule => {
    if (rule.to !== undefined) return rule
    const earlier = personal.slice(0, personal.indexOf(rule))
    // The first rule that names a recipient applies: no reader gets two digests of the same mail.
    return { ...rule, includes: recipient => rule.includes(recipient) && !earlier.some(one => one.includes(recipient)) }
  })
}

function readRule({ for: whose, to, when = 'daily', at = '07:00', ...rest }: DigestRule, fallback: Language): ReadRule {
  const { zone = 'UTC', pause = '1h', language = fallback } = rest
  const names = new Set(whose?.map(name => (name.includes('@') ? addressKey(mailboxOf(name)) : domainOf(name))))
  const key = createHash('sha256')
    .update(JSON.stringify([[...names].toSorted(), to]))
    .digest('base64url')
    .slice(0, 16)
  return {
    ...{ key, to, when, zone, language },
    times: (typeof at === 'string' ? [at] : at).flatMap(time => minutesOf(time) ?? []),
    pause: toMilliseconds(pause),
    whose: whose?.slice(0, 5).join(', ') ?? '*',
    includes: recipient => {
      if (whose === undefined) return true
      const mailbox = mailboxOf(recipient)
      return names.has(mailbox.domain) || names.has(addressKey(mailbox))
    },
  }
}
