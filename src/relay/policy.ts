/** The policy of the relay: thresholds, and other ones for some recipients. */
import { domainToASCII } from 'node:url'
import type { Policy } from '../model/decision.ts'
import { PosternError, type Problem } from '../model/errors.ts'
import { type ThresholdOptions, thresholds } from '../policy/thresholds.ts'
import type { PolicyConfig } from './config/types.ts'

/**
 * The entry for the address takes precedence over that for its domain, and a domain over those above it.
 *
 * @throws PosternError when thresholds contradict each other
 */
export function relayPolicy(common: ThresholdOptions, policies: readonly PolicyConfig[]): Policy {
  const problems: Problem[] = []
  const made = (path: string, options: ThresholdOptions): Policy | undefined => {
    try {
      return thresholds(options)
    } catch (error) {
      if (!(error instanceof PosternError)) throw error
      problems.push(...error.problems.map(problem => ({ ...problem, path: problem.path.replace('thresholds', path) })))
      return undefined
    }
  }
  const base = made('thresholds', common)
  const byRecipient = new Map<string, Policy>()
  for (const [index, { recipients, thresholds: own }] of policies.entries()) {
    const policy = made(`policies[${index}].thresholds`, { ...common, ...own })
    for (const name of recipients) if (policy) byRecipient.set(normalized(name), policy)
  }
  if (base === undefined || problems.length > 0) throw new PosternError(problems)
  if (byRecipient.size === 0) return base
  return (findings, at) => (entryFor(byRecipient, at.forwardPath) ?? base)(findings, at)
}

/** Refusals for good carry a link to the page that explains them. */
export const withRefusalLink =
  (policy: Policy, url: string): Policy =>
  (findings, at) => {
    const decision = policy(findings, at)
    const { reply } = decision
    if (reply.code < 500) return decision
    return { ...decision, reply: { ...reply, text: `${reply.text} ${new URL(`/r/${at.ref}`, url).href}` } }
  }

/** The scores from which mail for a recipient is quarantined and refused. */
export function thresholdsFor(
  common: ThresholdOptions,
  policies: readonly PolicyConfig[],
): (recipient: string) => { readonly quarantine: number; readonly reject: number } {
  const byRecipient = new Map<string, ThresholdOptions>()
  for (const { recipients, thresholds: own } of policies)
    for (const name of recipients) byRecipient.set(normalized(name), { ...common, ...own })
  return recipient => {
    const { quarantine = 6, reject = 15 } = entryFor(byRecipient, recipient) ?? common
    return { quarantine, reject }
  }
}

/** The most specific entry for a recipient. */
function entryFor<T>(policies: ReadonlyMap<string, T>, forwardPath: string | undefined): T | undefined {
  if (forwardPath === undefined) return undefined
  const path = normalized(forwardPath)
  const domain = path.slice(path.lastIndexOf('@') + 1)
  const exact = policies.get(path) ?? policies.get(domain)
  if (exact) return exact
  const labels = domain.split('.')
  for (let above = 1; above < labels.length; above += 1) {
    const found = policies.get(`.${labels.slice(above).join('.')}`)
    if (found) return found
  }
  return undefined
}

/** Lower case, the domain as A-labels. */
function normalized(name: string): string {
  const at = name.lastIndexOf('@')
  const domain = name.slice(at + 1).replace(/\.$/, '')
  const dot = domain.startsWith('.') ? '.' : ''
  const ascii = domainToASCII(domain.slice(dot.length)) || domain.slice(dot.length)
  return `${name.slice(0, at + 1)}${dot}${ascii}`.toLowerCase()
}
