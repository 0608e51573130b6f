/**
 * Exemptions: of a client that the configuration knows, of a user who has authenticated, of a sender that is allowed.
 */
import type { Filter } from '../model/filter.ts'
import { asDryRun, type Finding } from '../model/finding.ts'
import type { Connection, Stage } from '../model/stage.ts'

/** `identity`: from checks of who the client is. `all`: also from checks of the content, and from the score. */
export type Exemption = 'none' | 'identity' | 'all'

type Known = Pick<Connection, 'client'> & { readonly user?: string }

/**
 * What client and user exempt from at a stage. Behind a forwarder, the client that it names is checked with the
 * header.
 */
export function exemptionAt(stage: Stage, { client, user }: Known): Exemption {
  if (user !== undefined) return 'identity'
  if (client === 'trusted' || client === 'proxy') return 'identity'
  return client === 'forwarder' && stage !== 'header' && stage !== 'message' ? 'identity' : 'none'
}

/** Whether a filter has nothing to do under this exemption. */
export const isExempt = (
  { checks }: { readonly checks?: Filter['checks'] | undefined },
  exemption: Exemption,
): boolean => checks !== undefined && (exemption === 'all' || (exemption === 'identity' && checks === 'identity'))

/** Findings of a scope, or of a stage that is still running. */
export interface Judged {
  readonly findings: readonly Finding[]
  readonly stage?: Stage
  readonly view?: Known
  /** Whether a finding allows the sender. @default computed from the findings */
  readonly isAllowed?: boolean
}

/** What is known by now exempts from what was found before it was known: AUTH and MAIL come after HELO. */
export function exemptionOf(scopes: readonly Judged[]): Exemption {
  let exemption: Exemption = 'none'
  // Loops, because this runs at every stage of every session.
  for (const { findings, stage, view, isAllowed } of scopes) {
    if (isAllowed ?? allows(findings)) return 'all'
    if (stage !== undefined && view !== undefined) exemption = exemptionAt(stage, view)
  }
  return exemption
}

/** Whether one of the findings allows the sender, for every recipient. */
export function allows(findings: readonly Finding[]): boolean {
  for (const { allow, recipients } of findings) if (allow && recipients === undefined) return true
  return false
}

/** The same scopes with the findings that count for a recipient; undefined for all recipients together. */
export function countedFor(scopes: readonly Judged[], forwardPath: string | undefined): readonly Judged[] {
  const isLimited = ({ recipients }: Finding): boolean => recipients !== undefined
  if (!scopes.some(({ findings }) => findings.some(isLimited))) return scopes
  return scopes.map(scope => {
    if (!scope.findings.some(isLimited)) return scope
    const findings = scope.findings.flatMap(({ recipients, ...finding }) =>
      recipients === undefined || (forwardPath !== undefined && recipients.includes(forwardPath)) ? [finding] : [],
    )
    const { stage, view } = scope
    return { findings, ...(stage !== undefined && { stage }), ...(view !== undefined && { view }) }
  })
}

/** What each filter checks, by its name. */
export type Checks = ReadonlyMap<string, Filter['checks']>

/** Moves under `dryRun` the consequences of exempt filters, and for an allowed sender all points. */
export function withoutExempt(findings: readonly Finding[], checks: Checks, exemption: Exemption): readonly Finding[] {
  if (exemption === 'none') return findings
  return findings.map(finding => {
    const { rule = '', points } = finding
    const slash = rule.indexOf('/')
    if (isExempt({ checks: checks.get(slash < 0 ? rule : rule.slice(0, slash)) }, exemption)) return asDryRun(finding)
    if (exemption === 'identity' || points === undefined) return finding
    const { points: _, ...rest } = finding
    return { ...rest, dryRun: { points } }
  })
}
