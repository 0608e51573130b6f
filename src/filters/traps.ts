/** Trap addresses: what they receive is unwanted, and the filters that learn are given it as an example. */
import { origin } from '../facts/identities.ts'
import { senderTrust } from '../facts/trust.ts'
import { whole } from '../model/checks.ts'
import type { Decision } from '../model/decision.ts'
import type { Feedback } from '../model/feedback.ts'
import type { Filter } from '../model/filter.ts'
import type { HeaderFields } from '../model/header.ts'
import { checked, list, required, schemaOf } from '../model/options.ts'
import type { Message } from '../model/stage.ts'
import { readable } from '../net/checks.ts'
import { readMailbox, readName } from '../net/names.ts'
import { addressKey, domainOf, mailboxOf } from '../net/path.ts'
import { inBackground } from './background.ts'

/** Options of {@link traps}. */
export interface TrapsOptions {
  /**
   * Addresses that no person uses and that stand where only address collectors find them, such as
   * `trap@example.org`; `@trap.example.org` for all of a domain.
   */
  readonly recipients: readonly string[]
  /**
   * The most messages of one hour that are reported, by this process; a tenth of them from one network. Without a
   * bound, a client that knows the address could train the site against honest words. @default 60
   */
  readonly perHour?: number
}

const schema = schemaOf<TrapsOptions>('traps', {
  recipients: required(list(readable('an address such as trap@example.org', readEntry), 'addresses', { min: 1 })),
  perHour: whole({ min: 1, max: 100_000 }),
})

/**
 * Reports mail to trap addresses as spam to the filters that learn (`classify`, `reputation`), by `trap:ADDRESS`. It
 * adds no points, and the mail goes where it would go without this filter: a trap needs a mailbox, or a route that
 * accepts it. Nothing is reported of deferred messages, of authenticated users, of our own networks, and of senders
 * with a good record, which somebody may have signed up at a trap to harm them; and no more than `perHour`.
 *
 * @throws PosternError when an address is wrong
 * @example
 * const trapped = traps({ recipients: ['trap@example.org'] })
 * const learning = classify({ folder: '/var/lib/postern' })
 * postern({ filters: [...recommended({ domains: ['example.org'] }), learning, trapped] })
 */
export function traps(options: TrapsOptions): Filter {
  const { recipients, perHour = 60 } = checked(schema, options)
  const listed = new Set(recipients.map(keyOf))
  const hits = new WeakMap<HeaderFields, Hit>()
  const budget = new HourlyBudget(perHour)
  let submit: ((feedback: Feedback) => Promise<void>) | undefined
  return {
    name: 'traps',
    checks: 'content',
    // What is refused a moment later is an example too.
    order: 'early',
    start: (_services, feedback) => {
      submit = feedback
    },
    message: async message => {
      const trap = message.forwardPaths.find(path => isListed(path, listed))
      if (trap === undefined || message.user !== undefined || message.client === 'trusted') return
      if ((await message.ask(senderTrust)) === 'known') return
      const { network = '' } = await message.ask(origin)
      hits.set(message.header, { address: addressKey(mailboxOf(trap)), network })
    },
    onDecision: inBackground(async (decision, context) => {
      const hit = isJudged(decision) ? hits.get((context as Message).header) : undefined
      if (hit === undefined || !budget.take(hit.network, context.clock.monotonic())) return
      await submit?.({ ref: context.ref, label: 'spam', by: `trap:${hit.address}`.slice(0, MAX_NAME_LENGTH) })
    }),
  }
}

/** A message to a trap. */
interface Hit {
  readonly address: string
  /** That of its client, '' where it is unknown. */
  readonly network: string
}

const HOUR_MS = 3_600_000

/** So many in an hour, and a tenth of them for one network. */
class HourlyBudget {
  readonly #max: number
  #begin = Number.NEGATIVE_INFINITY
  #taken = 0
  readonly #byNetwork = new Map<string, number>()

  constructor(max: number) {
    this.#max = max
  }

  /** @param now monotonic milliseconds */
  take(network: string, now: number): boolean {
    if (now - this.#begin >= HOUR_MS) {
      this.#begin = now
      this.#taken = 0
      this.#byNetwork.clear()
    }
    const own = this.#byNetwork.get(network) ?? 0
    if (this.#taken >= this.#max || own >= Math.ceil(this.#max / 10)) return false
    this.#taken += 1
    this.#byNetwork.set(network, own + 1)
    return true
  }
}

/** As long as the name of a reporter may be. */
const MAX_NAME_LENGTH = 320

/** The client will send a deferred message again. */
const isJudged = ({ stage, verdict }: Decision): boolean => stage === 'message' && verdict !== 'defer'

function isListed(forwardPath: string, listed: ReadonlySet<string>): boolean {
  const mailbox = mailboxOf(forwardPath)
  return listed.has(addressKey(mailbox)) || listed.has(`@${mailbox.domain}`)
}

function readEntry(entry: string): unknown {
  return entry.startsWith('@') ? readName(entry.slice(1)) : readMailbox(entry)
}

function keyOf(entry: string): string {
  return entry.startsWith('@') ? `@${domainOf(entry.slice(1))}` : addressKey(mailboxOf(entry))
}
