/**
 * Sessions of the history that are read to learn what rules have done: a bounded number, spread over the time asked
 * for, and all that people have corrected.
 */
import type { History, HistoryEntry, HistoryQuery } from '../../history/types.ts'
import type { FilterTime, GatewayEvent, RecipientEvent } from '../../model/events.ts'
import type { Label } from '../../model/feedback.ts'
import { domainOf, mailboxOf } from '../../net/path.ts'

/** What is read of the history. */
export type RuleHistory = Pick<History, 'search' | 'get' | 'aggregate'>

/** The time and the recipients that are looked at. */
export interface RuleWindow {
  /** Not before, in milliseconds since 1970. */
  readonly since: number
  /** Before, in milliseconds since 1970. */
  readonly until: number
  /** Only recipients of these domains. @default all */
  readonly domains?: readonly string[]
}

/** One recipient with all that was found, and what people said about the message. */
export interface JudgedRecipient {
  readonly event: RecipientEvent
  /** What people say that the message was; absent where they have said nothing, or have taken it back. */
  readonly label?: Label
}

/** One session. */
export interface SampledSession {
  readonly ref: string
  readonly recipients: readonly JudgedRecipient[]
  /** What each filter has used, by its name. */
  readonly filters: Readonly<Record<string, FilterTime>>
}

/** Parts of the time, of which each gives as many sessions: the busiest hour must not be the whole sample. */
const PARTS = 8
/** Recipients of one page of the history. */
const PAGE = 100

/** References of at most `max` sessions, spread over the window, the newest first. */
export async function spreadRefs(history: RuleHistory, window: RuleWindow, max: number): Promise<readonly string[]> {
  const refs = new Set<string>()
  const length = (window.until - window.since) / PARTS
  for (let part = PARTS - 1; part >= 0; part -= 1) {
    const query: HistoryQuery = {
      since: Math.round(window.since + part * length),
      until: Math.round(window.since + (part + 1) * length),
      limit: PAGE,
      ...(window.domains && { domains: window.domains }),
    }
    const { entries } = await history.search(query)
    const share = Math.ceil((max * (PARTS - part)) / PARTS)
    for (const { ref } of entries) if (refs.size < share) refs.add(ref)
  }
  // Parts without mail leave room for more of the newest.
  if (refs.size < max && refs.size > 0) {
    const { since, until, domains } = window
    const { entries } = await history.search({ since, until, limit: 500, ...(domains && { domains }) })
    for (const { ref } of entries) if (refs.size < max) refs.add(ref)
  }
  return [...refs]
}

/** Recipients for whom a rule found something, the newest first; whether there are more than `max`. */
export async function entriesOfRule(
  history: RuleHistory,
  { since, until, domains }: RuleWindow,
  rule: string,
  max: number,
): Promise<{ readonly entries: readonly HistoryEntry[]; readonly isPartial: boolean }> {
  const entries: HistoryEntry[] = []
  let cursor: string | undefined
  // A page may be empty and not the last one: pages are bounded too.
  for (let pages = 0; pages < 2 * Math.ceil(max / PAGE); pages += 1) {
    const limit = Math.min(PAGE, max - entries.length)
    const page = await history.search({
      rule,
      since,
      until,
      limit,
      ...(domains && { domains }),
      ...(cursor && { cursor }),
    })
    entries.push(...page.entries)
    cursor = page.next
    if (cursor === undefined || entries.length >= max) break
  }
  return { entries, isPartial: cursor !== undefined }
}

/** Reads one session; recipients of other domains are left out. */
export async function readSession(
  history: RuleHistory,
  ref: string,
  domains?: readonly string[],
): Promise<SampledSession> {
  const events = await history.get(ref)
  const own = domains === undefined ? undefined : new Set(domains.map(domainOf))
  const label = labelOf(events)
  const recipients = events.flatMap((event): readonly JudgedRecipient[] => {
    if (event.type !== 'recipient') return []
    if (own !== undefined && !own.has(mailboxOf(event.recipient).domain)) return []
    return [{ event, ...(label && { label }) }]
  })
  const session = events.findLast(event => event.type === 'session')
  return { ref, recipients, filters: session?.filters ?? {} }
}

/** The last word of each reporter counts; where they contradict each other, the last word of all. */
export function labelOf(events: readonly GatewayEvent[]): Label | undefined {
  const byReporter = new Map<string, Label>()
  for (const event of events) {
    if (event.type !== 'feedback') continue
    byReporter.delete(event.by)
    if (!event.undo) byReporter.set(event.by, event.label)
  }
  return [...byReporter.values()].at(-1)
}
