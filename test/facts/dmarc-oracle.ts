/** DMARC by mailauth: what our own evaluation is compared with. */
import { evaluateDmarc } from 'mailauth/lib/dmarc/index.js'
import { type Dkim, dkim } from '../../src/facts/dkim/dkim.ts'
import { type Aligned, type Dmarc, type DmarcPolicy, noDmarc } from '../../src/facts/dmarc-result.ts'
import { type MailauthResolver, resolverFor } from '../../src/facts/mailauth.ts'
import { type Spf, spf } from '../../src/facts/spf/spf.ts'
import type { Message } from '../../src/model/stage.ts'

/** The result without its reason. */
export async function dmarcByMailauth(domain: string, message: Message): Promise<Omit<Dmarc, 'reason'>> {
  const resolver = resolverFor(message, { questions: 300, purpose: 'dmarc' })
  const [sender, signatures] = await Promise.all([message.ask(spf), message.ask(dkim)])
  return await evaluate(domain, { resolver, sender, signatures })
}

interface Evidence {
  readonly resolver: MailauthResolver
  readonly sender: Spf
  readonly signatures: Dkim
}

interface Identifiers {
  readonly spf: readonly string[]
  readonly dkim: readonly string[]
}

async function evaluate(domain: string, { resolver, sender, signatures }: Evidence): Promise<Omit<Dmarc, 'reason'>> {
  const run = async ({ spf, dkim }: Identifiers) => {
    const dkimDomains = dkim.map(name => ({ domain: name }))
    return await evaluateDmarc({ headerFrom: [domain], spfDomains: [...spf], dkimDomains, resolver, strict: true })
  }
  const proven = identifiers('pass', sender, signatures)
  const { response, dkimAligned } = await run(proven)
  // Without a response there is no single author; the fact `author` has excluded that.
  if (!response) return { ...noDmarc, domain, result: 'permerror' }

  const result = RESULTS.find(known => known === response.status.result) ?? 'temperror'
  const policyUnknown = result === 'temperror' && response.policy === undefined
  const isAligned = (name: string) => (policyUnknown ? name === domain : (dkimAligned?.has(name) ?? false))
  const spfAligned = policyUnknown ? proven.spf.find(isAligned) : response.alignment?.spf?.result
  const alignedBy: readonly Aligned[] = [
    ...(spfAligned ? [{ method: 'spf', domain: spfAligned } as const] : []),
    ...proven.dkim.filter(isAligned).map(name => ({ method: 'dkim', domain: name }) as const),
  ]
  const couldPass = async (missing: 'temperror' | 'unknown'): Promise<boolean> => {
    const possible = identifiers(missing, sender, signatures)
    if (possible.spf.length + possible.dkim.length === 0) return false
    const { response: other } = await run(possible)
    return other !== undefined && other !== false && other.status.result !== 'fail'
  }
  const isUnknown = async () => sender.result === 'unknown' && (sender.domain === '' || (await couldPass('unknown')))
  const failedOrUnknown = async () =>
    (await couldPass('temperror')) ? 'temperror' : (await isUnknown()) ? 'unknown' : 'fail'
  const { policyDomain } = response
  return {
    result: result === 'fail' ? await failedOrUnknown() : result,
    domain,
    policy: POLICIES.find(known => known === response.policy) ?? 'none',
    ...(policyDomain !== undefined && { policyDomain }),
    inherited: policyDomain !== undefined && policyDomain !== domain,
    testing: response.testMode === true,
    policyUnknown,
    alignedBy,
    ...(policyDomain !== undefined && ASKS_FOR_REPORTS.test(response.rr ?? '') && { asksForReports: true as const }),
    permissiveSpf: sender.permissive && alignedBy.length > 0 && alignedBy.every(({ method }) => method === 'spf'),
  }
}

/** The tag `rua` with a destination that is reached by mail (RFC 9990 §3.4). Linear: a record has at most 64 KB. */
const ASKS_FOR_REPORTS = /;[ \t]*rua[ \t]*=[^;]*[mM][aA][iI][lL][tT][oO]:/

const RESULTS = ['none', 'pass', 'fail', 'temperror'] as const
const POLICIES = ['none', 'quarantine', 'reject'] as const satisfies readonly DmarcPolicy[]

/** The domains for which SPF and DKIM have this result. A signature of a part of the body proves nothing. */
const identifiers = (result: 'pass' | 'temperror' | 'unknown', sender: Spf, { signatures }: Dkim): Identifiers => ({
  spf: sender.result === result ? [sender.domain] : [],
  dkim: [
    ...new Set(
      signatures
        .filter(({ result: each, partial, domain }) => each === result && !partial && domain !== '')
        .map(({ domain }) => domain),
    ),
  ],
})
