/** How much may be held, for how long, and for whom. */
import { duration, size, whole } from '../model/checks.ts'
import { type Check, check, object, record, type Shape } from '../model/options.ts'
import { toBytes, toMilliseconds } from '../model/units.ts'
import { readMailbox, readName } from '../net/names.ts'
import { addressKey, domainOf, mailboxOf } from '../net/path.ts'
import type { HeldBudget, HeldBudgets } from './types.ts'

const budgetCheck = object<HeldBudget>(
  { messages: whole({ min: 1 }), size: size({ min: '64kb' }), keep: duration({ min: '1m' }) },
  'a budget',
)

const OWNER = 'an address or a domain such as example.org'
const addressOrDomain: Check<string> = check(OWNER, value => {
  if (typeof value !== 'string' || value.length > 320) return false
  return typeof (value.includes('@') ? readMailbox(value) : readName(value)) === 'string'
})

/** Checks of the options that every quarantine has. */
export const budgetShape: Shape<HeldBudgets> = {
  keep: duration({ min: '1m' }),
  size: size({ min: '64kb' }),
  each: budgetCheck,
  recipients: record(addressOrDomain, budgetCheck, 'budgets by address or domain'),
  undo: duration({ min: '1m' }),
}

/** What may be held for one recipient, in plain numbers. */
export interface RecipientBudget {
  readonly messages: number
  /** Bytes. */
  readonly size: number
  /** Milliseconds. */
  readonly keep: number
}

export class Budgets {
  /** Bytes of all messages. */
  readonly size: number
  /** How long a decision can be taken back, in milliseconds. */
  readonly undo: number
  readonly #each: RecipientBudget
  readonly #recipients: ReadonlyMap<string, RecipientBudget>

  constructor({ keep = '30d', size: all = '10gb', each = {}, recipients = {}, undo = '1d' }: HeldBudgets) {
    const longest = toMilliseconds(keep)
    this.size = toBytes(all)
    this.undo = toMilliseconds(undo)
    this.#each = readBudget(each, { messages: 5_000, size: toBytes('1gb'), keep: longest }, longest)
    this.#recipients = new Map(
      Object.entries(recipients).map(([name, budget]) => [nameOf(name), readBudget(budget, this.#each, longest)]),
    )
  }

  /** The budget of the address, else of its domain, else of each. */
  of(recipient: string): RecipientBudget {
    const mailbox = mailboxOf(recipient)
    return this.#recipients.get(addressKey(mailbox)) ?? this.#recipients.get(mailbox.domain) ?? this.#each
  }
}

function readBudget(given: HeldBudget, otherwise: RecipientBudget, longest: number): RecipientBudget {
  const { messages = otherwise.messages, size: bytes = otherwise.size, keep = otherwise.keep } = given
  return { messages, size: toBytes(bytes), keep: Math.min(toMilliseconds(keep), longest) }
}

const nameOf = (text: string): string => (text.includes('@') ? addressKey(mailboxOf(text)) : domainOf(text))
