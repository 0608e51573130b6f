/** Senders to whom our users have written: their answers are wanted, if SPF or DMARC proves them. */

import { author } from '../facts/author.ts'
import { dkim } from '../facts/dkim/dkim.ts'
import { identities } from '../facts/identities.ts'
import { recordsBy } from '../facts/records.ts'
import { addressMark, clientMark } from '../facts/trust.ts'
import { duration, score } from '../model/checks.ts'
import type { Decision } from '../model/decision.ts'
import type { Filter } from '../model/filter.ts'
import { points as evidence, type Finding } from '../model/finding.ts'
import { checked, schemaOf } from '../model/options.ts'
import type { Connection, Message } from '../model/stage.ts'
import type { Set as Put } from '../model/store.ts'
import { type Duration, toMilliseconds } from '../model/units.ts'
import { runLater } from '../store/batched.ts'
import { inBackground } from './background.ts'

/** What `knownSender` takes. */
export interface KnownSenderOptions {
  /** Points that are subtracted for a message of a known sender. @default 2 */
  readonly points?: number
  /** How long a sender is known after the last message of our users to them. @default '90d' */
  readonly ttl?: Duration
  /** How long a client is known after the last message of a known sender that it delivered. @default '30d' */
  readonly client?: Duration
}

// A ttl of 0 would mean for ever.
const schema = schemaOf<KnownSenderOptions>('knownSender', {
  points: score({ min: 0 }),
  ttl: duration({ min: '1s' }),
  client: duration({ min: '1s' }),
})

/**
 * Remembers to whom our users write: from `gateway.recordSent`, and from mail that authenticated users send through the
 * gateway. A message from such an address has points subtracted if SPF proves its reverse-path or DMARC its author. The
 * client that SPF allows to send it is `known` to the fact `trust` from then on, unless its record is bad.
 *
 * @throws PosternError when a duration or the points are wrong
 * @example
 * const gateway = postern({ filters: [...recommended({ domains: ['example.org'] }), knownSender()] })
 * await gateway.recordSent({ from: 'bob@example.org', to: ['alice@example.net'] })
 */
export function knownSender(options: KnownSenderOptions = {}): Filter {
  const { points = 2, ttl = '90d', client = '30d' } = checked(schema, options)
  const times = { address: toMilliseconds(ttl), client: toMilliseconds(client) }

  const marksOf = (to: readonly string[]): readonly Put[] =>
    [...new Set(to.filter(isAddress).map(addressMark))].map(key => ({
      op: 'set',
      key,
      value: '',
      ttl: times.address,
    }))
  const remember = async (decision: Decision, context: Connection): Promise<void> => {
    if (decision.verdict !== 'accept' || decision.dryRun !== undefined || !isMessage(context)) return
    const { store, ip, user, reversePath, forwardPaths } = context
    if (user !== undefined) {
      if (reversePath !== '' && !isAutomatic(context)) await runLater(store, marksOf(forwardPaths))
    } else if (ip !== undefined && decision.findings.some(({ rule }) => rule === `${NAME}/sender`))
      await runLater(store, [{ op: 'set', key: clientMark(ip), value: '', ttl: times.client }])
  }
  return {
    name: NAME,
    reads: [dkim],
    message: async message => {
      if (message.user !== undefined) return []
      const claims = await claimsOf(message)
      if (claims.length === 0) return []
      const known = await message.callExternal(`${NAME}:${claims[0]?.address}`, async () => {
        const marks = claims.map(({ address }) => addressMark(address))
        return (await (await message.ask(recordsBy().ofSenders)).read([], marks)).marks
      })
      const claim = claims.find((_, index) => known[index])
      return claim === undefined ? [] : findingsOf(claim, points)
    },
    onDecision: inBackground(async (decision, context) => decision.stage === 'message' && remember(decision, context)),
    onSent: async ({ from, to }, { store }) => {
      if (from !== '') await store.run(marksOf(to))
    },
  }
}

const NAME = 'known-sender'

interface Claim {
  readonly rule: 'sender' | 'author'
  readonly address: string
}

/** The addresses that are proven: the reverse-path by SPF, the author by DMARC. */
async function claimsOf(message: Message): Promise<readonly Claim[]> {
  const [proven, from] = await Promise.all([message.ask(identities), message.ask(author)])
  const { reversePath } = message
  return [
    ...(proven.spf !== undefined && isAddress(reversePath) ? [{ rule: 'sender', address: reversePath } as const] : []),
    ...(from.kind === 'clear' && from.domain === proven.author
      ? [{ rule: 'author', address: from.address } as const]
      : []),
  ]
}

const findingsOf = ({ rule, address }: Claim, points: number): readonly Finding[] => {
  const proof = rule === 'sender' ? 'SPF' : 'DMARC'
  return [evidence(-points, `our users write to ${address.slice(0, 256)}, and ${proof} proves the address`, { rule })]
}

/** A mailbox with a local-part and a domain. */
const isAddress = (path: string): boolean => {
  const at = path.lastIndexOf('@')
  return at > 0 && at < path.length - 1
}

const isMessage = (context: Connection): context is Message => 'open' in context

/** RFC 3834 §5: an answer that a program has written. */
const isAutomatic = ({ header }: Message): boolean =>
  header.all('auto-submitted').some(({ value }) => !/^\s*no\b/i.test(value))
