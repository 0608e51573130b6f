/** The rules that every deployment has. Each reads metrics of this node, notices, and what the doctor has found. */
import type { Check, Seen } from './seen.ts'
import type { Found, Rule } from './types.ts'

const MINUTE = 60_000
/** Subjects of one rule beyond this many are summed up in the last one. */
const MAX_SUBJECTS = 20

/** Of a next hop: at least so many recipients in ten minutes, of which this share was deferred. */
const MIN_DELIVERIES = 20
const DEFERRED_SHARE = 0.5
const REFUSALS_FACTOR = 4
/** Fewer refusals in a quarter of an hour are no attack. */
const MIN_REFUSALS = 100
const MIN_UNSCANNED = 5
/** clamd gave no verdict. `clamav/unscannable` is one: the message is encrypted or too large, and clamd works. */
const UNANSWERED = /^clamav\/(?:failed|timeout)$/
const QUARANTINE_SHARE = 0.9
/** A failure that only a notice tells of counts for so long. */
const NOTICE_MS = 24 * 60 * MINUTE
const RED = 2
/** How the doctor warns of a certificate that ends soon. */
const SOON = /\bends in \d+ days?\b/

const DELIVERIES = 'postern_deliveries_total'
export const TURNED_AWAY = 'postern_turned_away_total'
export const ADMITTED = 'postern_admitted_total'
export const FINDINGS = 'postern_findings_total'
const DIGESTS_SENT = 'postern_digests_sent_total'
const DROPPED = ['postern_log_dropped_total', 'postern_history_dropped_total'] as const

/** The counters that the rules look back at. */
export const COUNTERS: readonly string[] = [
  ...DROPPED,
  DELIVERIES,
  TURNED_AWAY,
  ADMITTED,
  FINDINGS,
  DIGESTS_SENT,
  'postern_arrivals_total',
  'postern_decisions_total',
]

const nextHop: Rule = {
  name: 'next-hop',
  severity: 'critical',
  for: 2 * MINUTE,
  delaysMail: true,
  check: seen => {
    const up = new Map<string, number>()
    for (const { labels, value } of seen.samples('postern_next_hop_up')) {
      const host = labels?.['host'] ?? ''
      // One of several workers that reaches it is enough.
      up.set(host, Math.max(up.get(host) ?? 0, value))
    }
    const hosts = Array.from(up).flatMap(([host, isUp]) => (isUp === 0 ? [[host, 'it does not take connections']] : []))
    const counts = seen.growthBy(DELIVERIES, 10 * MINUTE, ({ next_hop: host = '', result = '' }) => `${result} ${host}`)
    for (const host of new Set(Array.from(counts.keys(), key => key.slice(key.indexOf(' ') + 1)))) {
      const of = (result: string): number => counts.get(`${result} ${host}`) ?? 0
      const all = of('delivered') + of('deferred') + of('refused')
      const share = of('deferred') / Math.max(all, MIN_DELIVERIES)
      if (all >= MIN_DELIVERIES && share >= DEFERRED_SHARE && up.get(host) !== 0)
        hosts.push([host, `it deferred ${of('deferred')} of ${all} recipients in ten minutes`])
    }
    return hosts.map(([host = '', what = '']) => ({
      subject: host,
      what: `The next hop ${host} fails: ${what}.`,
      affected: 'Mail for its domains is deferred: the sending servers try again, for some days.',
      remedy: 'See its log and its load; `postern doctor` asks it about a recipient.',
    }))
  },
}

const refusals: Rule = {
  name: 'refusals',
  severity: 'warning',
  for: MINUTE,
  check: seen => {
    const found = seen.forecasts.refusals()
    if (found === undefined) return undefined
    const { count, expected } = found
    if (count < MIN_REFUSALS || count < REFUSALS_FACTOR * expected) return []
    return [
      {
        what: `${count} refusals in a quarter of an hour; ${Math.round(expected)} were expected.`,
        affected: 'An attack costs no honest mail; a rule that became wrong refuses honest mail.',
        remedy: 'Look at the refusals by rule: a rule that never refused before, or a list that lists every address.',
      },
    ]
  },
}

const clamd: Rule = {
  name: 'clamd',
  severity: 'critical',
  for: 2 * MINUTE,
  check: seen => {
    const unscanned = seen.growth(FINDINGS, 5 * MINUTE, ({ rule = '' }) => UNANSWERED.test(rule))
    const failed = failedChecks(seen, /^clamd\b/)
    if (unscanned < MIN_UNSCANNED && failed.length === 0) return []
    const what =
      unscanned >= MIN_UNSCANNED ? `${unscanned} messages could not be scanned in five minutes` : failed[0]?.found
    return [
      {
        what: `The virus scanner does not scan: ${what}.`,
        affected: 'Messages that need a scan are treated as `filters.clamav` says: deferred, unless it says otherwise.',
        remedy: sentence(failed[0]?.remedy) ?? 'Start clamav-daemon; `postern doctor` says what it answers.',
      },
    ]
  },
}

const quarantine: Rule = {
  name: 'quarantine',
  severity: 'warning',
  for: MINUTE,
  check: seen => {
    const [bytes, max] = [seen.highest('postern_quarantine_bytes'), seen.highest('postern_quarantine_max_bytes')]
    const share = bytes === undefined || max === undefined || max === 0 ? 0 : bytes / max
    if (share < QUARANTINE_SHARE) return []
    return [
      {
        what: `The quarantine is ${Math.round(share * 100)} % full.`,
        affected: 'When it is full, mail that should be held is delivered with a mark or deferred, as `whenFull` says.',
        remedy: 'Raise `quarantine.size`, lower `quarantine.keep`, or delete what is not needed.',
      },
    ]
  },
}

const digest: Rule = {
  name: 'digest',
  severity: 'warning',
  for: 0,
  check: seen => {
    // Notices tell of digests, and counters: before the first of them it is unknown how they fare.
    const isSent = seen.growth(DIGESTS_SENT, 15 * MINUTE) > 0
    if (!isSent && !seen.notices.has(/^digest\/(?:not-)?sent$/)) return undefined
    const notice = seen.notices.standing(/^digest\/not-sent$/, /^digest\/sent$/, seen.now, NOTICE_MS)
    if (notice === undefined) return []
    return [
      {
        what: `Digests of held mail are not sent: ${notice.reason}.`,
        affected: 'People do not learn which of their mail is held.',
        remedy: 'See the reason, and the route to the recipient of the digest.',
      },
    ]
  },
}

const certificate: Rule = {
  name: 'certificate',
  severity: 'warning',
  for: 0,
  check: seen =>
    seen.checks &&
    // A listener without a certificate has a self-signed one, of which the doctor warns: the operator chose it.
    failedChecks(seen, /^certificate\b/)
      .filter(({ status, found }) => status === 'failed' || SOON.test(found))
      .map(({ name, found, remedy }) => ({
        subject: name.replace(/^certificate\s*/, ''),
        what: `The certificate of ${name.replace(/^certificate\s*/, '') || 'this host'}: ${found}.`,
        affected: 'Servers that verify it (MTA-STS, DANE) deliver no mail once it has ended.',
        remedy: sentence(remedy) ?? 'Renew it; postern reads the new files by itself.',
      })),
}

const store: Rule = {
  name: 'store',
  severity: 'critical',
  for: MINUTE,
  check: seen => {
    const values = seen.samples('postern_store_up').map(({ value }) => value)
    if (!values.includes(0)) return []
    return [
      {
        what: 'The shared store does not answer.',
        affected:
          'Mail goes on with the memory of each process: limits hold approximately; greylisting, lists and records begin anew.',
        remedy: 'See the log of Redis or the disk of the file; it is used again as soon as it answers.',
      },
    ]
  },
}

const logDropped: Rule = {
  name: 'log-dropped',
  severity: 'warning',
  for: 0,
  check: seen =>
    DROPPED.flatMap(name =>
      [...seen.growthBy(name, 5 * MINUTE, ({ sink }) => sink ?? 'history')].flatMap(([sink, count]) =>
        count <= 0
          ? []
          : [
              {
                subject: sink,
                what: `${sink} has dropped ${count} events in five minutes.`,
                affected: 'Mail is not affected; these events are missing from the record.',
                remedy: 'See why it writes slowly: a full disk, or a server that does not answer.',
              },
            ],
      ),
    ),
}

const load: Rule = {
  name: 'load',
  severity: 'critical',
  for: 5 * MINUTE,
  check: seen => {
    const level = seen.highest('postern_load_level')
    if (level === undefined || level < RED) return []
    const parts = seen.samples('postern_load_part').toSorted((a, b) => b.value - a.value)
    const first = parts[0]
    const why = first === undefined ? '' : `: ${first.labels?.['part']} is at ${Math.round(first.value * 100)} %`
    return [
      {
        what: `The load is red${why}.`,
        affected: 'Only known clients are sure of a session; others are deferred and try again.',
        remedy: 'Add a machine, or help what is loaded; docs/guides/under-load.md names a remedy for each part.',
      },
    ]
  },
}

const arrivals: Rule = {
  name: 'arrivals',
  severity: 'warning',
  for: 0,
  check: seen => {
    const found = seen.forecasts.unusual()
    if (found === undefined) return []
    const span = { sudden: 'five minutes', sustained: 'three hours', repeated: 'three hours' }[found.kind]
    const many = found.direction === 'more'
    return [
      {
        what: `${Math.round(found.count)} sessions in ${span}; ${Math.round(found.expected)} were expected.`,
        affected: many
          ? 'Load control gives known clients precedence if it becomes too much.'
          : 'Mail that should arrive may not reach this host.',
        remedy: many
          ? 'Look at the clients and the refusals: a flood, a newsletter, or another host that is down?'
          : 'Look whether DNS, the MX records, the firewall and port 25 are as they should be.',
      },
    ]
  },
}

/** What the doctor says in half a sentence. */
const sentence = (text: string | undefined): string | undefined => text && `${text[0]?.toUpperCase()}${text.slice(1)}.`

/** Checks of the doctor that ask for something. What could not be found out is not among them. */
function failedChecks({ checks = [] }: Seen, name: RegExp): readonly Check[] {
  return checks.filter(check => name.test(check.name) && (check.status === 'failed' || check.status === 'warning'))
}

/** The first subjects, and a last entry that sums up the rest. */
export function bounded(found: readonly Found[]): readonly Found[] {
  if (found.length <= MAX_SUBJECTS) return found
  const kept = found.slice(0, MAX_SUBJECTS - 1)
  const rest = found.length - kept.length
  const [first] = found
  const { affected = '', remedy = '' } = first ?? {}
  return [...kept, { subject: 'others', what: `The same of ${rest} others.`, affected, remedy }]
}

export const RULES: readonly Rule[] = [
  nextHop,
  refusals,
  clamd,
  quarantine,
  digest,
  certificate,
  store,
  logDropped,
  load,
  arrivals,
]
