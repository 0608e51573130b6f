/** `dmarc`: whether SPF or DKIM aligns with the author, and the policy of the author's domain (RFC 7489, RFC 9989). */
import { fact } from '../model/fact.ts'
import { author } from './author.ts'
import { type Dkim, dkim } from './dkim/dkim.ts'
import { type MailauthResolver, resolverFor } from './mailauth.ts'
import { type Spf, spf } from './spf/spf.ts'

/** What a domain asks receivers to do with mail that does not pass. */
export type DmarcPolicy = 'none' | 'quarantine' | 'reject'

/** A proven domain that is aligned with the author's. */
export interface Aligned {
  /** What proves it. */
  readonly method: 'spf' | 'dkim'
  /** The domain of the SPF pass or of the signature. */
  readonly domain: string
}

/** The DMARC result of a message. */
export interface Dmarc {
  /**
   * `temperror` when a failed lookup hides what could be a pass, `unknown` when the host does not know the client and
   * SPF could be a pass, `permerror` when the author is unclear.
   */
  readonly result: 'none' | 'pass' | 'fail' | 'temperror' | 'permerror' | 'unknown'
  /** The author's domain, in lower case and A-labels; '' when the author is unclear. */
  readonly domain: string
  /** The policy that applies: of a parent domain its sp or np, and with t=y one step milder (RFC 9989 §4.7). */
  readonly policy: DmarcPolicy
  /** The domain that publishes the policy; absent without a policy. */
  readonly policyDomain?: string
  /** Whether a parent domain publishes the policy. */
  readonly inherited: boolean
  /** Whether the domain is testing DMARC (t=y). */
  readonly testing: boolean
  /** Whether the lookup of the policy failed. */
  readonly policyUnknown: boolean
  /** The aligned domains. */
  readonly alignedBy: readonly Aligned[]
  /** Whether the only aligned domain is that of an SPF record that passes half the Internet. */
  readonly permissiveSpf: boolean
  /** A sentence for the operator. */
  readonly reason: string
}

/**
 * DMARC for the author of the message. SPF, DKIM and the policy are looked up at the same time.
 *
 * @example
 * const { result, policy } = await message.ask(facts.dmarc)
 * if (result === 'fail' && policy === 'reject') …
 */
export const dmarc = fact('dmarc', 'message', async (message): Promise<Dmarc> => {
  const found = await message.ask(author)
  if (found.kind === 'unclear') return { ...nothing, result: 'permerror', reason: found.reason }
  const { domain } = found
  if (!domain.includes('.'))
    return { ...nothing, domain, reason: `${domain} is a single label, which cannot have a policy` }

  const resolver = resolverFor(message, { purpose: 'dmarc' })
  prefetch(domain, resolver)
  const [sender, signatures] = await Promise.all([message.ask(spf), message.ask(dkim)])
  const evaluated = await evaluate(domain, { resolver, sender, signatures })
  message.signal.throwIfAborted()
  return { ...evaluated, reason: reasonFor(evaluated) }
})

// Importing it again for each message would cost as much as the evaluation.
let loaded: Promise<typeof import('mailauth/lib/dmarc/index.js')> | undefined
const load = () => {
  loaded ??= import('mailauth/lib/dmarc/index.js')
  return loaded
}

const nothing: Dmarc = {
  result: 'none',
  domain: '',
  policy: 'none',
  inherited: false,
  testing: false,
  policyUnknown: false,
  alignedBy: [],
  permissiveSpf: false,
  reason: '',
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
  const { evaluateDmarc } = await load()
  const run = async ({ spf, dkim }: Identifiers) => {
    const dkimDomains = dkim.map(name => ({ domain: name }))
    return await evaluateDmarc({ headerFrom: [domain], spfDomains: [...spf], dkimDomains, resolver, strict: true })
  }
  const proven = identifiers('pass', sender, signatures)
  const { response, dkimAligned } = await run(proven)
  // Without a response there is no single author; the fact `author` has excluded that.
  if (!response) return { ...nothing, domain, result: 'permerror' }

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
    permissiveSpf: sender.permissive && alignedBy.length > 0 && alignedBy.every(({ method }) => method === 'spf'),
  }
}

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
