/** What can be taken back: each action leaves a note under a random name, which its own account may use once. */
import type { NewListEntry } from '../../filters/lists/entry.ts'
import type { Label } from '../../model/feedback.ts'
import type { Clock } from '../../model/services.ts'
import type { Viewer } from '../access/viewer.ts'
import { accountId, mailboxOwner } from '../accounts/accounts.ts'
import type { ConsoleRecords } from '../accounts/records.ts'
import { newSecret } from '../accounts/secrets.ts'

/** How an action is taken back. */
export type Reversal =
  | { readonly kind: 'held'; readonly id: string; readonly recipient: string }
  | { readonly kind: 'feedback'; readonly ref: string; readonly label: Label }
  | { readonly kind: 'list-add'; readonly id: string; readonly scope: string }
  | { readonly kind: 'list-remove'; readonly entry: NewListEntry }

const LIFETIME_MS = 86_400_000
/** Notes of one account. */
const MAX_NOTES = 1_000

/** Keeps notes for a day. */
export class Reversals {
  readonly #records: ConsoleRecords
  readonly #clock: Pick<Clock, 'now'>

  constructor(records: ConsoleRecords, clock: Pick<Clock, 'now'>) {
    this.#records = records
    this.#clock = clock
  }

  /** @returns the name by which it is taken back; undefined where the account has too many */
  async note(viewer: Viewer, reversal: Reversal): Promise<string | undefined> {
    const owner = ownerOf(viewer)
    if ((await this.#records.list('undo', owner)).length >= MAX_NOTES) return undefined
    const id = newSecret()
    const expires = this.#clock.now() + LIFETIME_MS
    await this.#records.put('undo', id, { owner, value: JSON.stringify(reversal), expires }, 0)
    return id
  }

  /** Takes a note of this account, once. */
  async take(viewer: Viewer, id: string): Promise<Reversal | undefined> {
    const record = await this.#records.get('undo', id)
    if (record?.owner !== ownerOf(viewer) || !(await this.#records.remove('undo', id))) return undefined
    return JSON.parse(record.value) as Reversal
  }
}

const ownerOf = ({ name, role }: Viewer): string => (role === 'user' ? mailboxOwner(name) : accountId(name))
