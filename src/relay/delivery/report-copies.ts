/** Copies mail to the addresses that receive reports, beside its delivery. */

import { Readable } from 'node:stream'
import type { Notify } from '../../model/services.ts'
import { addressKey, mailboxOf } from '../../net/path.ts'
import { ReportInbox } from '../../reports/inbox.ts'
import { resultsOf } from './proof.ts'
import { complete, type Parcel } from './target.ts'

export class ReportCopies {
  readonly #addresses: ReadonlySet<string>
  readonly #inbox: ReportInbox

  constructor(addresses: readonly string[], folder: string, notify: Notify) {
    this.#addresses = new Set(addresses.map(keyOf))
    this.#inbox = new ReportInbox(folder, notify)
  }

  /** Copies a message once, if it is for one of the addresses and is not quarantined. Never rejects. */
  async copy(parcels: readonly Parcel[]): Promise<void> {
    const parcel = parcels.find(
      ({ group, recipients }) =>
        group.verdict === 'accept' && recipients.some(({ forwardPath }) => this.#addresses.has(keyOf(forwardPath))),
    )
    if (parcel === undefined) return
    const isProven = resultsOf(parcel.group).of('dmarc')[0]?.result === 'pass'
    await this.#inbox.copy(() => Readable.from(complete(parcel.group.content)), isProven)
  }
}

const keyOf = (address: string): string => addressKey(mailboxOf(address))
