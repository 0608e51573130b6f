/** Which name of a sender an entry of the allow list may bear: only what the message has proven. */
import { isSameOrganisation } from '../dns/organisation.ts'
import type { Authentication } from '../model/events.ts'
import { addressKey, domainOf, mailboxOf } from '../net/path.ts'

/** What is known of a message, as in the event of its transaction or where it is held. */
export interface SenderEvidence {
  /** The address in From; absent where it is not clear. */
  readonly from?: string
  /** The address of MAIL FROM. */
  readonly reversePath: string
  /** What SPF, DKIM and DMARC said. */
  readonly authentication?: Authentication
}

/**
 * The narrowest name that the next message of this sender proves again, in the form of `senderLists`: the author's
 * address where DMARC proves it; without a policy of DMARC the reverse-path that is the author's address, else the
 * author's organisation by its signature or by SPF. Undefined where nothing proves the author: an entry for it would
 * let in all who write its name.
 *
 * @example
 * provenSender(held) // 'ann@example.com', or 'dkim:example.com'
 */
export function provenSender({ from, reversePath, authentication = {} }: SenderEvidence): string | undefined {
  if (from === undefined) return undefined
  const author = mailboxOf(from)
  const { dmarc } = authentication
  if (dmarc !== undefined && dmarc.result !== 'none')
    return dmarc.result === 'pass' && !dmarc.permissive ? addressKey(author) : undefined
  const signer = signerOf(author.domain, authentication)
  const path = mailboxOf(reversePath)
  const isPathProven = reversePath !== '' && (isSpfProof(path.domain, authentication) || signer !== undefined)
  if (isPathProven && addressKey(path) === addressKey(author)) return addressKey(author)
  if (signer !== undefined) return `dkim:${signer}`
  const isSpfAligned = isSpfProof(path.domain, authentication) && isSameOrganisation(path.domain, author.domain)
  return isSpfAligned ? `spf:${path.domain}` : undefined
}

/** A valid signature over the whole message by the organisation of this domain. */
function signerOf(domain: string, { dkim = [] }: Authentication): string | undefined {
  const signer = dkim.find(
    ({ result, partial = false, domain: d }) => result === 'pass' && !partial && isSameOrganisation(d, domain),
  )
  return signer && domainOf(signer.domain)
}

const isSpfProof = (domain: string, { spf }: Authentication): boolean =>
  domain !== '' && spf?.result === 'pass' && !spf.permissive && domainOf(spf.domain) === domain
