/**
 * Reports backscatter: bounces of messages that were never sent from here, by a signed return path or by the returned
 * message.
 */

import { createHmac, timingSafeEqual } from 'node:crypto'
import { organisationOf } from '../../dns/organisation.ts'
import { parts } from '../../facts/parts.ts'
import { cost, score, secret } from '../../model/checks.ts'
import type { Filter } from '../../model/filter.ts'
import { type Finding, points } from '../../model/finding.ts'
import type { HeaderFields } from '../../model/header.ts'
import { checked, list, schemaOf } from '../../model/options.ts'
import type { Message } from '../../model/stage.ts'
import { domainPattern } from '../../net/checks.ts'
import { findingFor } from '../rules/consequence.ts'
import { quote } from '../rules/quote.ts'
import { originOf } from './returned-message.ts'

/** Options of {@link bounce}. */
export interface BounceOptions {
  /** Your domains: a bounce must return a message of one of them. @default [] */
  readonly domains?: readonly string[]
  /**
   * The secrets that sign return paths, the current one first. Set them only if every message that leaves your domains
   * has its return path signed by {@link signReturnPath}. @default []
   */
  readonly secrets?: readonly string[]
  /** What a bounce to an unsigned return path leads to. @default 6 */
  readonly unsigned?: number | 'reject'
  /** Points of a bounce that returns a message in which no field names one of your domains. @default 3 */
  readonly foreign?: number
  /**
   * Points of a bounce that returns a message with your domain in From or Return-Path, which can be forged, and nowhere
   * else. Mail that your users send through a provider looks so too: its Message-ID is the provider's. @default 1
   */
  readonly claimed?: number
}

const schema = schemaOf<BounceOptions>('bounce', {
  domains: list(domainPattern(), 'domains'),
  secrets: list(secret({ min: 16 }), 'secrets'),
  unsigned: cost('reject'),
  foreign: score({ min: 0 }),
  claimed: score({ min: 0 }),
})

/**
 * Examines messages with a null reverse-path that a server has written (RFC 3464, RFC 3834). Bounces of messages that
 * were really sent pass.
 *
 * @example
 * bounce({ domains: ['example.org'], secrets: [process.env.RETURN_PATH_SECRET ?? ''] })
 * @throws PosternError when a secret has fewer than 16 characters
 */
export function bounce(options: BounceOptions = {}): Filter {
  const { domains = [], secrets = [], unsigned = 6, foreign = 3, claimed = 1 } = checked(schema, options)
  const own = new Set(domains.map(domain => organisationOf(domain.toLowerCase())))
  return {
    name: 'bounce',
    checks: 'content',
    secrets,
    message: async (message): Promise<readonly Finding[]> => {
      if (message.reversePath !== '' || message.user !== undefined) return []
      const { all } = await message.ask(parts)
      const report = all.find(({ contentType, path }) => path === '' && contentType === 'multipart/report')
      // Feedback and read receipts are reports, too, and return what was delivered.
      const bounced = report ? !isOtherReport(message.header) : isDaemon(message.header.get('from'))
      if (!bounced) return []
      const today = dayOf(message.clock.now())
      const wrong =
        secrets.length > 0 ? message.forwardPaths.find(path => !isSigned(path, { secrets, today })) : undefined
      if (wrong !== undefined) {
        const reason = `a bounce to ${quote(wrong)}, which is not a return path that was signed here in the last ${LASTS} days`
        return [findingFor(unsigned, '5.7.1', reason, { rule: 'unsigned' }) || { rule: 'unsigned', reason }]
      }
      if (secrets.length > 0 || own.size === 0) return []
      const origin = originOf(await bodyOf(message), own)
      switch (origin.kind) {
        case 'foreign': {
          const reason = `a bounce returns a message of ${quote(origin.id)}, which is not one of our domains`
          return [points(foreign, reason, { rule: 'foreign' })]
        }
        case 'claimed': {
          const reason = `a bounce returns a message that only claims to be ours, and was written at ${quote(origin.id)}`
          return [points(claimed, reason, { rule: 'claimed' })]
        }
        case 'proven':
        case 'unknown':
          return []
        default:
          return origin satisfies never
      }
    },
  }
}

const isOtherReport = (header: HeaderFields): boolean =>
  /report-type\s*=\s*"?(?:feedback-report|disposition-notification)/i.test(
    header.all('content-type')[0]?.value.slice(0, 1000) ?? '',
  )

/** The beginning of the body: the returned message is a part of it, or text. */
async function bodyOf(message: Message): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of message.open(message.header.bodyOffset)) {
    chunks.push(chunk)
    size += chunk.length
    if (size >= LOOKED) break
  }
  return Buffer.concat(chunks).toString('latin1', 0, LOOKED)
}

const LOOKED = 65_536
const LASTS = 7
const DAY = 86_400_000
const dayOf = (now: number): number => Math.floor(now / DAY) % 1000
const isDaemon = (from = ''): boolean =>
  /mailer-daemon|postmaster|mail delivery (?:sub)?system/i.test(from.slice(0, 300))

/**
 * Signs a return path in the format of BATV: `prvs=KDDDSSSSSSSSSS=local@domain`. Bounces to it are accepted
 * for seven days.
 *
 * @param now milliseconds since 1970
 */
export function signReturnPath(
  path: string,
  { secret, now }: { readonly secret: string; readonly now: number },
): string {
  const tag = tagOf(path, secret, (dayOf(now) + LASTS) % 1000)
  return path === '' ? path : `prvs=${tag}=${path}`
}

/** Returns the address inside a signed return path; returns any other path unchanged. */
export const unsignedPath = (path: string): string => /^prvs=\d{4}[0-9a-f]{10}=(.{1,400})$/i.exec(path)?.[1] ?? path

function tagOf(path: string, secret: string, day: number): string {
  const key = `0${String(day).padStart(3, '0')}`
  return key + createHmac('sha256', secret).update(`${key}${path.toLowerCase()}`).digest('hex').slice(0, 10)
}

function isSigned(
  path: string,
  { secrets, today }: { readonly secrets: readonly string[]; readonly today: number },
): boolean {
  const [, tag = '', day = ''] = /^prvs=(0(\d{3})[0-9a-f]{10})=/i.exec(path) ?? []
  if (tag === '' || (Number(day) - today + 1000) % 1000 > LASTS) return false
  const given = Buffer.from(tag.toLowerCase())
  return secrets.some(secret => timingSafeEqual(Buffer.from(tagOf(unsignedPath(path), secret, Number(day))), given))
}
