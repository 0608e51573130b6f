/** `dmarc`: does what SPF and DKIM prove speak for the author, and what does the author's domain want if not (RFC 7489, RFC 9989)? */
import { fact } from '../model/fact.ts'
import { author } from './author.ts'
import { type Dkim, dkim } from './dkim/dkim.ts'
import { type MailauthResolver, resolverFor } from './mailauth.ts'
import { type Spf, spf } from './spf/spf.ts'

const policies = ['none', 'quarantine', 'reject'] as const

/** What a domain asks receivers to do with what does not pass. */
export type DmarcPolicy = (typeof policies)[number]

/** A proven domain that speaks for the author. */
export interface Aligned {
  readonly method: 'spf' | 'dkim'
  readonly domain: string
}

export interface Dmarc {
  /**
   * `temperror` where what DNS could not tell could have made it a pass, `unknown` where what the host does not know could
   * have; `permerror` where nobody can say who the author is.
   */
  readonly result: 'none' | 'pass' | 'fail' | 'temperror' | 'permerror' | 'unknown'
  /** The author's domain, in lower case and A-labels; '' when the author is unclear. */
  readonly domain: string
  /** What applies to this author: of a domain above it sp or np, and with t=y one step milder (RFC 9989 §4.7). */
  readonly policy: DmarcPolicy
  /** Where the policy was published; absent without a policy. */
  readonly policyDomain?: string
  /** The policy is that of a domain above the author's. */
  readonly inherited: boolean
  /** The domain is trying DMARC out (t=y). */
  readonly testing: boolean
  /** The policy could not be asked for. */
  readonly policyUnknown: boolean
  /** What speaks for the author. */
  readonly alignedBy: readonly Aligned[]
  /** Only an SPF pass that half the Internet would be given speaks for the author. */
  readonly permissiveSpf: boolean
  /** For the operator; a sentence. */
  readonly reason: string
}

/**
 * DMARC for the one author of the message. SPF, DKIM and the policy are asked side by side.
 *
 * @example
 * const { result, policy } = await message.ask(dmarc)
 * if (result === 'fail' && policy === 'reject') …
 */
export const dmarc = fact('dmarc', 'message', async (message): Promise<Dmarc> => {
  const written = await message.ask(author)
  if (written.kind === 'unclear') return { ...nothing, result: 'permerror', reason: written.reason }
  const { domain } = written
  if (!domain.includes('.')) return { ...nothing, domain, reason: `${domain} is no domain that could have a policy` }

  const resolver = resolverFor(message, { purpose: 'dmarc' })
  askAhead(domain, resolver)
  const [sender, signatures] = await Promise.all([message.ask(spf), message.ask(dkim)])
  const found = await judge(domain, { resolver, sender, signatures })
  message.signal.throwIfAborted()
  return { ...found, reason: reasonFor(found) }
})

// To ask the loader again for each message costs as much as the evaluation.
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

async function judge(domain: string, { resolver, sender, signatures }: Evidence): Promise<Omit<Dmarc, 'reason'>> {
  const { evaluateDmarc } = await load()
  const evaluate = async ({ spf, dkim }: Identifiers) => {
    const dkimDomains = dkim.map(name => ({ domain: name }))
    return await evaluateDmarc({ headerFrom: [domain], spfDomains: [...spf], dkimDomains, resolver, strict: true })
  }
  const proven = identifiers('pass', sender, signatures)
  const { response, dkimAligned } = await evaluate(proven)
  // Without a response there is no single author, and of that this fact has made sure.
  if (!response) return { ...nothing, domain, result: 'permerror' }

  const result = results.find(known => known === response.status.result) ?? 'temperror'
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
    const { response: hoped } = await evaluate(possible)
    return hoped !== undefined && hoped !== false && hoped.status.result !== 'fail'
  }
  const isUnknown = async () => sender.result === 'unknown' && (sender.domain === '' || (await couldPass('unknown')))
  const lacking = async () => ((await couldPass('temperror')) ? 'temperror' : (await isUnknown()) ? 'unknown' : 'fail')
  const { policyDomain } = response
  return {
    result: result === 'fail' ? await lacking() : result,
    domain,
    policy: policies.find(known => known === response.policy) ?? 'none',
    ...(policyDomain !== undefined && { policyDomain }),
    inherited: policyDomain !== undefined && policyDomain !== domain,
    testing: response.testMode === true,
    policyUnknown,
    alignedBy,
    permissiveSpf: sender.permissive && alignedBy.length > 0 && alignedBy.every(({ method }) => method === 'spf'),
  }
}

const results = ['none', 'pass', 'fail', 'temperror'] as const

/** The domains that SPF and DKIM prove, or could not be asked about. A signature of a part of the body proves nothing. */
const identifiers = (result: 'pass' | 'temperror' | 'unknown', sender: Spf, { signatures }: Dkim): Identifiers => ({
  spf: sender.result === result ? [sender.domain] : [],
  dkim: [
    ...new Set(
      signatures
        .filter(({ result: own, partial, domain }) => own === result && !partial && domain !== '')
        .map(({ domain }) => domain),
    ),
  ],
})

/** mailauth climbs from name to name (RFC 9989 §4.10), one question after another: here all are asked at once. */
function askAhead(domain: string, resolver: MailauthResolver): void {
  const labels = domain.split('.')
  const names = labels.map((_, index) => labels.slice(index))
  for (const name of names.filter(({ length }) => length <= 7 || length === labels.length)) {
    resolver(`_dmarc.${name.join('.')}`, 'TXT').catch(() => {})
  }
}

function reasonFor({ result, domain, policy, policyUnknown, alignedBy }: Omit<Dmarc, 'reason'>): string {
  const speakers = alignedBy.map(({ method, domain: name }) => `${method.toUpperCase()} of ${name}`).join(' and ')
  switch (result) {
    case 'pass':
      return `${speakers} ${alignedBy.length > 1 ? 'speak' : 'speaks'} for ${domain}`
    case 'fail':
      return `neither SPF nor DKIM speaks for ${domain}, whose policy is ${policy}`
    case 'none':
      return `${domain} publishes no DMARC policy`
    case 'temperror':
      return policyUnknown
        ? `the DMARC policy of ${domain} could not be asked for`
        : `what could have spoken for ${domain} could not be asked for; its policy is ${policy}`
    case 'unknown':
      return `the host does not know the client, so that nobody can say whether SPF speaks for ${domain}; its policy is ${policy}`
    case 'permerror':
      return 'there is no single author'
    default:
      return result satisfies never
  }
}
