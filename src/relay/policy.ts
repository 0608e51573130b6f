/** The policy of the relay: thresholds, and other ones for some recipients. */
import type { GreylistBounds } from '../filters/index.ts'
import type { Policy } from '../model/decision.ts'
import { PosternError, type Problem } from '../model/errors.ts'
import { RecipientTable } from '../policy/recipient-table.ts'
import { thresholds } from '../policy/thresholds.ts'
import type { PolicyConfig, RelayThresholds } from './config/types.ts'

/**
 * The entry for the address takes precedence over that for its domain, and a domain over those above it.
 *
 * @throws PosternError when thresholds contradict each other
 */
export function relayPolicy(common: RelayThresholds, policies: readonly PolicyConfig[]): Policy {
  const problems: Problem[] = []
  const made = (path: string, { greylist, ...options }: RelayThresholds): Policy | undefined => {
    const { quarantine = 6 } = options
    if (greylist !== undefined && greylist >= quarantine) {
      const expected = `less than quarantine, which is ${quarantine}`
      const remedy = 'give both, the lower one to greylist'
      problems.push({ path: `${path}.greylist`, found: greylist, expected, remedy })
    }
    try {
      return thresholds(options)
    } catch (error) {
      if (!(error instanceof PosternError)) throw error
      problems.push(...error.problems.map(problem => ({ ...problem, path: problem.path.replace('thresholds', path) })))
      return undefined
    }
  }
  const base = made('thresholds', common)
  const own = policies.map(({ recipients, thresholds }, index) => ({
    recipients,
    policy: made(`policies[${index}].thresholds`, { ...common, ...thresholds }),
  }))
  if (base === undefined || problems.length > 0) throw new PosternError(problems)
  const table = new RecipientTable(
    own.flatMap(({ recipients, policy }) => recipients.map(name => [name, policy ?? base] as const)),
  )
  return table.size === 0 ? base : (findings, at) => (table.of(at.forwardPath) ?? base)(findings, at)
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

/** The scores from which mail for a recipient is tagged, quarantined and refused; `tag` is absent where none is. */
export function thresholdsFor(
  common: RelayThresholds,
  policies: readonly PolicyConfig[],
): (recipient: string) => { readonly tag?: number; readonly quarantine: number; readonly reject: number } {
  const table = tableOf(common, policies)
  return recipient => {
    const { tag = 4, quarantine = 6, reject = 15 } = table.of(recipient) ?? common
    return { ...(tag !== 'off' && { tag: Math.min(tag, quarantine) }), quarantine, reject }
  }
}

/** Between which scores mail of new senders is deferred once; undefined where no threshold says so. */
export function greylistBounds(
  common: RelayThresholds,
  policies: readonly PolicyConfig[],
): ((recipient: string) => GreylistBounds) | undefined {
  if (![common, ...policies.map(({ thresholds }) => thresholds)].some(({ greylist }) => greylist !== undefined))
    return undefined
  const table = tableOf(common, policies)
  return recipient => {
    const { greylist = Number.POSITIVE_INFINITY, quarantine = 6 } = table.of(recipient) ?? common
    return { from: greylist, to: quarantine }
  }
}

const tableOf = (common: RelayThresholds, policies: readonly PolicyConfig[]): RecipientTable<RelayThresholds> =>
  new RecipientTable(
    policies.flatMap(({ recipients, thresholds }) =>
      recipients.map(name => [name, { ...common, ...thresholds }] as const),
    ),
  )
