/** Proof that a sender is the one on an allow list. */

import { isSameOrganisation } from '../../dns/organisation.ts'
import { author } from '../../facts/author.ts'
import { dkim } from '../../facts/dkim/dkim.ts'
import { dmarc } from '../../facts/dmarc.ts'
import { spf } from '../../facts/spf/spf.ts'
import type { Message, Transaction } from '../../model/stage.ts'
import { mailboxOf } from '../../net/path.ts'

/** An address that is proven. */
export interface Proven {
  readonly path: string
  /** For a reason. */
  readonly proof: string
}

/** How SPF proves the reverse-path, for a reason. A record that allows half the Internet proves nothing. */
export async function spfProof(transaction: Transaction): Promise<string | undefined> {
  const { result, identity, permissive, domain } = await transaction.ask(spf)
  return result === 'pass' && identity === 'mailfrom' && !permissive ? `proven by SPF of ${domain}` : undefined
}

/**
 * The reverse-path if a signature of its organisation passes, and the author if DMARC passes. Asks only for paths for
 * which `matters` is true.
 */
export async function proofOf(message: Message, matters: (path: string) => boolean): Promise<readonly Proven[]> {
  const { reversePath } = message
  const from = await message.ask(author)
  const proven: Proven[] = []
  if (reversePath !== '' && matters(reversePath)) {
    const { domain } = mailboxOf(reversePath)
    const { signatures } = await message.ask(dkim)
    const signer = signatures.find(
      ({ result, partial, domain: d }) => result === 'pass' && !partial && isSameOrganisation(d, domain),
    )
    if (signer) proven.push({ path: reversePath, proof: `proven by DKIM of ${signer.domain}` })
  }
  if (from.kind === 'clear' && matters(from.address)) {
    const { result, permissiveSpf, domain } = await message.ask(dmarc)
    if (result === 'pass' && !permissiveSpf) proven.push({ path: from.address, proof: `proven by DMARC of ${domain}` })
  }
  return proven
}
