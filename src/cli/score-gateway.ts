/** A gateway that judges one message and remembers nothing: the filters of a configuration, and its thresholds. */
import { Readable } from 'node:stream'
import { resolver } from '../dns/index.ts'
import { postern } from '../engine/gateway.ts'
import { loadMeter } from '../load/index.ts'
import type { Decision } from '../model/decision.ts'
import type { Filter } from '../model/filter.ts'
import type { Verdict } from '../model/finding.ts'
import type { Notify } from '../model/services.ts'
import type { RelayOptions } from '../relay/config/options.ts'
import { relayFilters } from '../relay/filters.ts'
import { KeptFilters } from '../relay/kept-filters.ts'
import { relayPolicy, thresholdsFor } from '../relay/policy.ts'
import { findScanner } from '../relay/scanner.ts'
import { memoryStore } from '../store/memory.ts'
import { zone } from '../testing/zone.ts'
import type { ScoredMessage } from './score-envelope.ts'

/** What a message came to. */
export interface Scored {
  readonly verdict: Verdict
  readonly tagged?: true
  readonly score: number
  readonly findings: Decision['findings']
  readonly thresholds: ReturnType<ReturnType<typeof thresholdsFor>>
  /** What was not judged, and why, in sentences. */
  readonly unknown: readonly string[]
}

export interface ScoreOptions {
  readonly options: RelayOptions
  /** No question to DNS. */
  readonly isOffline: boolean
  /** A configuration was named: its virus scanner is asked. */
  readonly isConfigured: boolean
  readonly notify: Notify
}

/** They count over many messages, or let clients wait: one message says nothing about them. */
const OF_MANY = ['greylist', 'rate-limit', 'bulk', 'admission', 'recently-refused', 'early-talker']
/** They judge by DNS alone. */
const OF_DNS = ['rdns', 'helo', 'sender-domain', 'spf', 'dkim', 'dmarc', 'authenticated-from', 'dnsbl', 'uribl']
/** They charge what SPF does not prove, and SPF needs the client and MAIL FROM. */
const OF_SPF = ['spf', 'dkim', 'dmarc', 'authenticated-from']
/** They judge MAIL FROM itself. */
const OF_REVERSE_PATH = ['sender-domain', 'bounce']

/** Judges a message as the gateway of the configuration does, except for what it cannot know. */
export async function score(message: ScoredMessage, parts: ScoreOptions): Promise<Scored> {
  const { options, notify, isOffline } = parts
  const { unknown, leftOut, ip, reversePath } = knownOf(message, isOffline)
  const forwardPaths = message.forwardPaths.length > 0 ? message.forwardPaths : [defaultRecipient(options)]
  const begun: Promise<unknown>[] = []
  const filters = (await filtersOf(parts, message))
    .filter(({ name }) => !leftOut.has(name))
    .map(filter => noteStart(filter, begun))
  const gateway = postern({
    filters,
    policy: relayPolicy(options.thresholds, options.policies),
    name: options.authservId,
    // Each stage is judged, whatever the one before has found.
    mode: 'shadow',
    ...(options.trustedNetworks && { trustedNetworks: options.trustedNetworks }),
    forwarders: options.forwarders,
    ...(isOffline ? { dns: zone({}) } : options.dns.length > 0 && { dns: resolver({ servers: options.dns }) }),
    store: memoryStore(),
    notify,
    // How busy this machine is changes no score, and one message is no load to warn of.
    load: loadMeter({ delay: '1h' }),
  })
  // A gateway lets no client wait for that; here DNS lists that are not checked yet would be left out.
  await Promise.allSettled(begun)
  const session = gateway.open({ ip })
  try {
    await session.connect()
    await session.helo(message.helo)
    await session.mail(reversePath)
    for (const path of forwardPaths) await session.rcpt(path)
    const outcome = await session.data(Readable.from([message.content]))
    const decision = strictest([...outcome.each.values()], outcome)
    return {
      ...describe(decision, thresholdsFor(options.thresholds, options.policies)(forwardPaths[0] ?? '')),
      unknown,
    }
  } finally {
    session.close()
    await gateway.close()
  }
}

/** The filter, with what it begins at its start added to `begun`. */
function noteStart(filter: Filter, begun: Promise<unknown>[]): Filter {
  const { start } = filter
  if (start === undefined) return filter
  return {
    ...filter,
    start: (services, feedback) => {
      const started = start(services, feedback)
      if (started instanceof Promise) begun.push(started)
      return started
    },
  }
}

const describe = ({ verdict, dryRun, score, findings }: Decision, thresholds: Scored['thresholds']) => {
  const made = dryRun ?? verdict
  const { tag = Number.POSITIVE_INFINITY } = thresholds
  return {
    verdict: made,
    ...(made === 'accept' && score >= tag && { tagged: true as const }),
    score,
    findings,
    thresholds,
  }
}

const SEVERITY: readonly Verdict[] = ['accept', 'quarantine', 'defer', 'discard', 'reject']

/** Of several recipients the strictest verdict is explained. */
function strictest(each: readonly Decision[], other: Decision): Decision {
  const severity = ({ verdict, dryRun = verdict }: Decision) => SEVERITY.indexOf(dryRun)
  return each.reduce((worst, decision) => (severity(decision) > severity(worst) ? decision : worst), each[0] ?? other)
}

/** What is unknown is said, and what would judge it is left out: it costs no points. */
function knownOf({ ip, helo, reversePath }: ScoredMessage, isOffline: boolean) {
  const unknown: string[] = []
  const leftOut = new Set(OF_MANY)
  const leaveOut = (names: readonly string[]) => {
    for (const name of names) leftOut.add(name)
  }
  if (ip === undefined) {
    unknown.push('the client is unknown: its address, its name, SPF and DMARC are not judged')
    leaveOut(OF_SPF)
  }
  if (helo === undefined) unknown.push('the greeting is unknown, and is not judged')
  if (reversePath === undefined) {
    unknown.push('MAIL FROM is unknown: the sender, SPF and DMARC are not judged')
    leaveOut([...OF_SPF, ...OF_REVERSE_PATH])
  }
  if (isOffline) {
    unknown.push('DNS was not asked: names, SPF, DKIM and DMARC are not judged')
    leaveOut(OF_DNS)
  }
  // Facts would take another address for MAIL FROM, and charge the sender for it.
  return { unknown, leftOut, ip: reversePath === undefined ? undefined : ip, reversePath: reversePath ?? PLACEHOLDER }
}

/** Not '', which is that of a bounce. */
const PLACEHOLDER = 'unknown@unknown.invalid'

const defaultRecipient = ({ routes, authservId }: RelayOptions): string => {
  const [domain = authservId] = routes.flatMap(route => route.domains ?? [])
  return `postmaster@${domain.replace(/^\./, '')}`
}

async function filtersOf(
  { options, isConfigured }: ScoreOptions,
  { forwardPaths }: ScoredMessage,
): Promise<readonly Filter[]> {
  const domains = [...new Set(options.routes.flatMap(route => route.domains ?? []))]
  const scanner = isConfigured ? (await findScanner(options.filters.clamav)).filters : []
  const { greylist: _band, ...thresholds } = options.thresholds
  const policies = options.policies.map(policy => {
    const { greylist: _own, ...rest } = policy.thresholds
    return { ...policy, thresholds: rest }
  })
  return relayFilters({
    options: {
      ...{ ...options, thresholds, policies, store: 'memory' },
      filters: { ...options.filters, greylist: false, ...(forwardPaths.length === 0 && { recipients: false }) },
    },
    delivery: { domains, isKnown: async () => true },
    scanner,
    kept: new KeptFilters(),
    // The classifier judges by its folder, and writes nothing there.
    training: 'learn',
  })
}
