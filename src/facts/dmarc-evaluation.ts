/** Evaluates DMARC (RFC 9989): the policy of the author's domain, and whether SPF or DKIM aligns with it. */
import { type MaybePromise, thenSync } from '../model/maybe-promise.ts'
import type { Message } from '../model/stage.ts'
import { type Dkim, dkim } from './dkim/dkim.ts'
import { type Applied, discoverPolicy, organisationOf } from './dmarc-discovery.ts'
import { type PolicyLookups, policyLookups } from './dmarc-lookups.ts'
import { type Aligned, type Dmarc, type DmarcPolicy, noDmarc } from './dmarc-result.ts'
import { type Spf, spf } from './spf/spf.ts'

/** DMARC of one domain. SPF, DKIM and the policy are looked up at the same time. */
export async function dmarcOf(domain: string, message: Message): Promise<Dmarc> {
  const lookups = await message.ask(policyLookups)
  // Once more what was asked early, was still open, and found its share used up.
  const ready = thenSync(lookups.begin(domain, 'dmarc'), () => lookups.begin(domain, 'dmarc'))
  const [sender, signatures] = await Promise.all([message.ask(spf), message.ask(dkim), ready])
  // The lookups have no signal, so no answer is missing because the message was aborted.
  const evaluated = await new Evaluation(domain, lookups, { sender, signatures }).run()
  return { ...evaluated, reason: reasonFor(evaluated) }
}

type Result = Omit<Dmarc, 'reason'>

interface Evidence {
  readonly sender: Spf
  readonly signatures: Dkim
}

interface Identifiers {
  readonly spf: readonly string[]
  readonly dkim: readonly string[]
}

interface Alignment {
  readonly alignedBy: readonly Aligned[]
  /** Whether an identifier may be aligned, because a lookup failed. */
  readonly failed: boolean
}

/** So many identifiers may need a walk: each can have many labels. */
const MAX_WALKS = 10
const MILDER: Readonly<Record<DmarcPolicy, DmarcPolicy>> = { reject: 'quarantine', quarantine: 'none', none: 'none' }
const STRENGTH: Readonly<Record<DmarcPolicy, number>> = { none: 0, quarantine: 1, reject: 2 }

class Evaluation {
  readonly #domain: string
  readonly #lookups: PolicyLookups
  readonly #evidence: Evidence

  constructor(domain: string, lookups: PolicyLookups, evidence: Evidence) {
    this.#domain = domain
    this.#lookups = lookups
    this.#evidence = evidence
  }

  run(): MaybePromise<Result> {
    const domain = this.#domain
    const applied = discoverPolicy(domain, this.#lookups.walk(domain))
    if (applied === 'none') return { ...noDmarc, domain }
    if (applied === 'failed') return this.#withoutPolicy()
    return thenSync(this.#policyOf(applied), ({ policy, failed }) => this.#evaluate(applied, policy, failed))
  }

  /** While the policy is unknown, only an equal domain certainly aligns. */
  #withoutPolicy(): Result {
    const domain = this.#domain
    const alignedBy = toAligned(this.#identifiers('pass'), name => name === domain)
    return this.#marked({ ...noDmarc, result: 'temperror', domain, policyUnknown: true, alignedBy })
  }

  /** The policy by p=, sp= or np= (§4.10.1). `failed`: it may also be a stricter one. */
  #policyOf({ domain, policies }: Applied): MaybePromise<{ readonly policy: DmarcPolicy; readonly failed: boolean }> {
    const { p, sp = p, np } = policies
    if (domain === this.#domain) return { policy: p, failed: false }
    if (np === undefined) return { policy: sp, failed: false }
    return thenSync(this.#lookups.exists(this.#domain), exists => {
      if (exists !== 'failed' || np === sp) return { policy: exists === false ? np : sp, failed: false }
      return { policy: STRENGTH[np] < STRENGTH[sp] ? np : sp, failed: true }
    })
  }

  #evaluate(applied: Applied, policy: DmarcPolicy, policyFailed: boolean): MaybePromise<Result> {
    const { record, domain: policyDomain } = applied
    return thenSync(this.#align(this.#identifiers('pass'), applied), ({ alignedBy, failed }) => {
      const result = (found: Dmarc['result']): Result =>
        this.#marked({
          result: found,
          domain: this.#domain,
          policy: record.testing ? MILDER[policy] : policy,
          policyDomain,
          inherited: policyDomain !== this.#domain,
          testing: record.testing,
          policyUnknown: false,
          alignedBy,
          ...(ASKS_FOR_REPORTS.test(record.text) && { asksForReports: true as const }),
          permissiveSpf: false,
        })
      if (alignedBy.length > 0) return result('pass')
      if (failed || policyFailed) return result('temperror')
      return thenSync(this.#hidden(applied), result)
    })
  }

  /** A failure, unless what is not known of SPF and DKIM could be a pass. */
  #hidden(applied: Applied): MaybePromise<'fail' | 'temperror' | 'unknown'> {
    const { sender } = this.#evidence
    return thenSync(this.#couldPass('temperror', applied), hidden => {
      if (hidden) return 'temperror'
      if (sender.result !== 'unknown') return 'fail'
      if (sender.domain === '') return 'unknown'
      return thenSync(this.#couldPass('unknown', applied), could => (could ? 'unknown' : 'fail'))
    })
  }

  #couldPass(missing: 'temperror' | 'unknown', applied: Applied): MaybePromise<boolean> {
    const possible = this.#identifiers(missing)
    if (possible.spf.length + possible.dkim.length === 0) return false
    return thenSync(this.#align(possible, applied), ({ alignedBy, failed }) => alignedBy.length > 0 || failed)
  }

  /** Which identifiers align (§4.10.2). SPF comes first, so that many signatures cannot use up its walk. */
  #align(identifiers: Identifiers, { record, organisation }: Applied): MaybePromise<Alignment> {
    const walks = new Set<string>()
    const waits: Promise<unknown>[] = []
    const walk = (names: readonly string[], isStrict: boolean): void => {
      if (isStrict || organisation === undefined) return
      for (const name of names) {
        if (name === this.#domain || !isBelow(name, organisation) || walks.size >= MAX_WALKS) continue
        walks.add(name)
        const answers = this.#lookups.begin(name, 'dmarc')
        if (answers instanceof Promise) waits.push(answers)
      }
    }
    walk(identifiers.spf, record.strictSpf)
    walk(identifiers.dkim, record.strictDkim)
    const judge = (): Alignment => {
      let failed = false
      const aligns =
        (isStrict: boolean) =>
        (name: string): boolean => {
          const found = name === this.#domain || (!isStrict && this.#alignsRelaxed(name, organisation, walks))
          failed ||= found === 'failed'
          return found === true
        }
      const [bySpf, byDkim] = [aligns(record.strictSpf), aligns(record.strictDkim)]
      const alignedBy = toAligned(
        { spf: identifiers.spf.filter(bySpf), dkim: identifiers.dkim.filter(byDkim) },
        () => true,
      )
      return { alignedBy, failed }
    }
    return waits.length === 0 ? judge() : Promise.all(waits).then(judge)
  }

  #alignsRelaxed(name: string, organisation: string | undefined, walks: ReadonlySet<string>): boolean | 'failed' {
    // Where the author's own walk failed, only a name under another top-level domain certainly does not align.
    if (organisation === undefined) return topOf(name) === topOf(this.#domain) && 'failed'
    if (!isBelow(name, organisation)) return false
    if (!walks.has(name)) return 'failed'
    const { found, failed } = this.#lookups.walk(name)
    return failed ? 'failed' : organisationOf(name, found) === organisation
  }

  #identifiers(result: 'pass' | 'temperror' | 'unknown'): Identifiers {
    return identifiers(result, this.#evidence)
  }

  #marked(found: Result): Result {
    const { alignedBy } = found
    const isOnlySpf = alignedBy.length > 0 && alignedBy.every(({ method }) => method === 'spf')
    return { ...found, permissiveSpf: this.#evidence.sender.permissive && isOnlySpf }
  }
}

const isBelow = (name: string, organisation: string): boolean =>
  name === organisation || name.endsWith(`.${organisation}`)

const topOf = (name: string): string => name.slice(name.lastIndexOf('.') + 1)

const toAligned = ({ spf, dkim }: Identifiers, isAligned: (name: string) => boolean): readonly Aligned[] => [
  ...spf.filter(isAligned).map(domain => ({ method: 'spf', domain }) as const),
  ...dkim.filter(isAligned).map(domain => ({ method: 'dkim', domain }) as const),
]

/** The tag `rua` with a destination that is reached by mail (RFC 9990 §3.4). Linear: a record has at most 64 KB. */
const ASKS_FOR_REPORTS = /;[ \t]*rua[ \t]*=[^;]*[mM][aA][iI][lL][tT][oO]:/

/** The domains for which SPF and DKIM have this result. A signature of a part of the body proves nothing. */
const identifiers = (
  result: 'pass' | 'temperror' | 'unknown',
  { sender, signatures: { signatures } }: Evidence,
): Identifiers => ({
  spf: sender.result === result ? [sender.domain] : [],
  dkim: [
    ...new Set(
      signatures
        .filter(({ result: each, partial, domain }) => each === result && !partial && domain !== '')
        .map(({ domain }) => domain),
    ),
  ],
})

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
