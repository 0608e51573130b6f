/** `dmarc`: whether SPF or DKIM aligns with the author, and the policy of the author's domain (RFC 7489, RFC 9989). */
import { fact } from '../model/fact.ts'
import { lazyModule } from '../model/lazy.ts'
import { author } from './author.ts'
import { type Dmarc, noDmarc } from './dmarc-result.ts'

export type { Aligned, Dmarc, DmarcPolicy } from './dmarc-result.ts'

const evaluation = lazyModule(() => import('./dmarc-evaluation.ts'))

/**
 * DMARC for the author of the message. SPF, DKIM and the policy are looked up at the same time.
 *
 * @example
 * const { result, policy } = await message.ask(facts.dmarc)
 * if (result === 'fail' && policy === 'reject') …
 */
export const dmarc = fact('dmarc', 'message', async (message): Promise<Dmarc> => {
  const found = await message.ask(author)
  if (found.kind === 'unclear') return { ...noDmarc, result: 'permerror', reason: found.reason }
  const { domain } = found
  if (!domain.includes('.'))
    return { ...noDmarc, domain, reason: `${domain} is a single label, which cannot have a policy` }

  const { dmarcOf } = await evaluation()
  return await dmarcOf(domain, message)
})
