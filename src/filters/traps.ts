/** Trap addresses: what they receive is unwanted, and the filters that learn are given it as an example. */
import { senderTrust } from '../facts/trust.ts'
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
}

const schema = schemaOf<TrapsOptions>('traps', {
  recipients: required(list(readable('an address such as trap@example.org', readEntry), 'addresses', { min: 1 })),
})

/**
 * Reports mail to trap addresses as spam to the filters that learn (`classify`, `reputation`), by `trap:ADDRESS`. It
 * adds no points, and the mail goes where it would go without this filter: a trap needs a mailbox, or a route that
 * accepts it. Nothing is reported of deferred messages, of authenticated users, of our own networks, and of senders
 * with a good record, which somebody may have signed up at a trap to harm them.
 *
 * @throws PosternError when an address is wrong
 * @example
 * const trapped = traps({ recipients: ['trap@example.org'] })
 * postern({ filters: [...recommended({ domains }), classify({ folder }), trapped] })
 */
export function traps(options: TrapsOptions): Filter {
  const { recipients } = checked(schema, options)
  const listed = new Set(recipients.map(keyOf))
  const hits = new WeakMap<HeaderFields, string>()
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
      if ((await message.ask(senderTrust)) !== 'known') hits.set(message.header, trap)
    },
    onDecision: inBackground(async (decision, context) => {
      const trap = isJudged(decision) ? hits.get((context as Message).header) : undefined
      if (trap === undefined) return
      await submit?.({ ref: context.ref, label: 'spam', by: `trap:${trap}`.slice(0, MAX_NAME_LENGTH) })
    }),
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
