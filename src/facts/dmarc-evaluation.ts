/** Evaluates DMARC with mailauth: the policy of the author's domain, and whether SPF or DKIM aligns with it. */
import { lazyModule } from '../model/lazy.ts'
import type { Message } from '../model/stage.ts'
import { type Dkim, dkim } from './dkim/dkim.ts'
import { type Aligned, type Dmarc, type DmarcPolicy, noDmarc } from './dmarc-result.ts'
import { type MailauthResolver, resolverFor } from './mailauth.ts'
import { type Spf, spf } from './spf/spf.ts'

/** DMARC of one domain. SPF, DKIM and the policy are looked up at the same time. */
export async function dmarcOf(domain: string, message: Message): Promise<Dmarc> {
  const resolver = resolverFor(message, { purpose: 'dmarc' })
  prefetch(domain, resolver)
  const [sender, signatures] = await Promise.all([message.ask(spf), message.ask(dkim)])
  const evaluated = await evaluate(domain, { resolver, sender, signatures })
  message.signal.throwIfAborted()
  return { ...evaluated, reason: reasonFor(evaluated) }
}

// The package is loaded once; loading it for each message would cost as much as the evaluation.
const evaluator = lazyModule(() => import('mailauth/lib/dmarc/index.js'))

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
  const { evaluateDmarc } = await evaluator()
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

/** mailauth walks up the tree (RFC 9989 §4.10) one lookup at a time, so all names are looked up at once before. */
function prefetch(domain: string, resolver: MailauthResolver): void {
  const labels = domain.split('.')
  const names = labels.map((_, index) => labels.slice(index))
  for (const name of names.filter(({ length }) => length <= 7 || length === labels.length)) {
    resolver(`_dmarc.${name.join('.')}`, 'TXT').catch(() => {})
  }
}

function reasonFor({ result, domain, policy, policyUnknown, alignedBy }: Omit<Dmarc, 'reason'>): string {
  const aligned = alignedBy.map(({ method, domain: name }) => `${method.toUpperCase()} of ${name}`).join(' and ')
  switch (result) {
    case 'pass':
      return `${aligned} ${alignedBy.length > 1 ? 'align' : 'aligns'} with ${domain}`
    case 'fail':
      return `neither SPF nor DKIM aligns with ${domain}, whose policy is ${policy}`
    case 'none':
      return `${domain} publishes no DMARC policy`
    case 'temperror':
      return policyUnknown
        ? `the lookup of the DMARC policy of ${domain} failed`
        : `a failed lookup hides whether SPF or DKIM aligns with ${domain}; its policy is ${policy}`
    case 'unknown':
      return `the host does not know the client, so it is unknown whether SPF aligns with ${domain}; its policy is ${policy}`
    case 'permerror':
      return 'the message has no single author'
    default:
      return result satisfies never
  }
}
