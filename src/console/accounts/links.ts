/** Links that work once: for the set-up of an account, and for signing in by mail. */
import type { Clock } from '../../model/services.ts'
import { accountId, mailboxOwner } from './accounts.ts'
import type { ConsoleRecords } from './records.ts'
import { hashOf, newSecret } from './secrets.ts'
import { newTotpSecret } from './totp.ts'

/** What a link is for. */
export type LinkPurpose =
  /** The first administrator, who chooses a name. */
  | { readonly for: 'first' }
  /** The set-up of an account, also anew. */
  | { readonly for: 'setup'; readonly name: string }
  /** Signing in to a mailbox. */
  | { readonly for: 'mailbox'; readonly address: string }

type KeptLink = LinkPurpose & {
  /** Of the authenticator, once the set-up has begun. */
  readonly secret?: string
}

/** Makes links and uses them up. */
export class Links {
  readonly #records: ConsoleRecords
  readonly #clock: Pick<Clock, 'now'>

  constructor(records: ConsoleRecords, clock: Pick<Clock, 'now'>) {
    this.#records = records
    this.#clock = clock
  }

  /**
   * A new link for an account takes the place of those before it. One for a mailbox does not: anyone may ask for one,
   * and would make the owner's useless.
   */
  async add(purpose: LinkPurpose, lifetime: number): Promise<{ readonly secret: string; readonly expires: number }> {
    const secret = newSecret()
    const owner = ownerOf(purpose)
    const expires = this.#clock.now() + lifetime
    if (purpose.for !== 'mailbox') await this.#records.removeOwned('link', owner)
    await this.#records.put('link', hashOf(secret), { owner, value: JSON.stringify(purpose), expires }, 0)
    return { secret, expires }
  }

  /** Looks at a link without using it up. */
  async get(secret: string): Promise<KeptLink | undefined> {
    const record = await this.#records.get('link', hashOf(secret))
    return record && (JSON.parse(record.value) as KeptLink)
  }

  /** The secret of the authenticator that goes with a link of a set-up: the same each time. */
  async enrol(secret: string): Promise<(KeptLink & { readonly secret: string }) | undefined> {
    const record = await this.#records.get('link', hashOf(secret))
    if (record === undefined) return undefined
    const link = JSON.parse(record.value) as KeptLink
    if (link.for === 'mailbox') return undefined
    if (link.secret !== undefined) return { ...link, secret: link.secret }
    const enrolled = { ...link, secret: await newTotpSecret() }
    const { id, owner, expires, version } = record
    const value = JSON.stringify(enrolled)
    const isWritten = await this.#records.put(
      'link',
      id,
      { owner, value, ...(expires !== undefined && { expires }) },
      version,
    )
    return isWritten ? enrolled : await this.enrol(secret)
  }

  /** Uses a link up. @returns false where it was used, or has ended */
  async use(secret: string): Promise<boolean> {
    return await this.#records.remove('link', hashOf(secret))
  }
}

/** A first link and a link of a mailbox belong to no account. */
const ownerOf = (purpose: LinkPurpose): string =>
  purpose.for === 'first' ? ':first' : purpose.for === 'setup' ? accountId(purpose.name) : mailboxOwner(purpose.address)
