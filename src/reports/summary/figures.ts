/** The figures of a week: what became of mail, where it was stopped, and the weeks before. */
import type { History } from '../../history/index.ts'
import type { ActionEvent } from '../../model/action-event.ts'
import type { Store } from '../../model/store.ts'
import { findName, readName } from '../../net/names.ts'
import { mailboxOf } from '../../net/path.ts'
import { tallyAt } from '../tally-tree.ts'
import { type StoppedAt, SUMMARY_SHAPE, type SummaryCount } from './counter.ts'

/** What became of the mail of one week. */
export interface WeekFigures {
  /** Recipients at RCPT and later. */
  readonly recipients: number
  readonly accepted: number
  readonly quarantined: number
  readonly deferred: number
  readonly refused: number
  /** What was refused or deferred, by where: connections, transactions, recipients. */
  readonly stopped: Readonly<Record<StoppedAt, number>>
}

export interface SummaryFigures {
  /** The first moment, in milliseconds since 1970. */
  readonly begin: number
  /** The first moment after it. */
  readonly end: number
  /** This week and three before it, the newest first. Weeks of which nothing is known are left out. */
  readonly weeks: readonly WeekFigures[]
  /** What people have put right. */
  readonly released: number
  readonly trained: Readonly<Record<'ham' | 'spam', number>>
  /** Absent in a summary of some domains. */
  readonly rules?: readonly Counted[]
  /** Warnings by their code. Absent in a summary of some domains. */
  readonly notices?: readonly Counted[]
  /** Minutes of nodes by the level of their load. Absent in a summary of some domains. */
  readonly load?: Readonly<Record<'green' | 'amber' | 'red', number>>
  /** Messages in the quarantine now. */
  readonly held?: number
}

export interface Counted {
  readonly name: string
  readonly count: number
}

export interface FigureSources {
  readonly store: Store
  readonly history?: Pick<History, 'aggregate' | 'audit'>
  /** Messages in the quarantine now. @default not known */
  readonly held?: (domains: readonly string[] | undefined) => Promise<number | undefined>
}

const DAY_MS = 86_400_000
const WEEK_MS = 7 * DAY_MS
const WEEKS = 4
const MAX_SHOWN = 10
/** Pages of 500 actions that are counted. */
const MAX_PAGES = 20

/** @param end the end of the week: the beginning of a day in UTC */
export async function figuresOf(
  end: number,
  domains: readonly string[] | undefined,
  { store, history, held }: FigureSources,
): Promise<SummaryFigures> {
  const begin = end - WEEK_MS
  const isWanted = domains === undefined ? () => true : isIn(domains)
  const [present, ...before] = await Promise.all(
    Array.from({ length: WEEKS }, (_, index) => countsOf(store, end - index * WEEK_MS)),
  )
  const counts = present ?? []
  const weeks = [counts, ...before].map(week => weekOf(week, isWanted, domains === undefined))
  const released = await releasesIn(history, begin, end, isWanted)
  const count = await held?.(domains)
  return {
    ...{ begin, end },
    weeks: weeks.filter((week, index) => index === 0 || week.recipients > 0),
    released,
    trained:
      domains === undefined ? { ham: labelled(counts, 'ham'), spam: labelled(counts, 'spam') } : { ham: 0, spam: 0 },
    ...(domains === undefined && {
      rules: await rulesOf(history, begin, end),
      notices: largest(
        counts.flatMap(([what, each]) => (what[0] === 'notice' ? [{ name: what[1], count: each }] : [])),
      ),
      load: { green: level(counts, 'green'), amber: level(counts, 'amber'), red: level(counts, 'red') },
    }),
    ...(count !== undefined && { held: count }),
  }
}

type IsWanted = (domain: string) => boolean

/** Whether a name is among these domains; an entry with a leading dot stands for all below it. */
function isIn(domains: readonly string[]): IsWanted {
  const names = new Map(domains.map(name => [String(readName(name)), true] as const))
  return domain => findName(names, domain) !== undefined
}

type Counts = readonly (readonly [what: SummaryCount, count: number])[]

/** What was counted in the seven days before a moment. */
async function countsOf(store: Store, end: number): Promise<Counts> {
  const sums = new Map<string, number>()
  for (let day = end - WEEK_MS; day < end; day += DAY_MS) {
    const name = new Date(day).toISOString().slice(0, 10)
    for await (const [json, count] of tallyAt(store, SUMMARY_SHAPE, [name]).entries())
      sums.set(json, (sums.get(json) ?? 0) + count)
  }
  return [...sums].map(([json, count]) => [JSON.parse(json) as SummaryCount, count])
}

/** @param isWhole connections and transactions belong to no domain */
function weekOf(counts: Counts, isWanted: IsWanted, isWhole: boolean): WeekFigures {
  const stopped = { connect: 0, helo: 0, mail: 0, rcpt: 0, message: 0 }
  const sums = { recipients: 0, accepted: 0, quarantined: 0, deferred: 0, refused: 0 }
  for (const [what, count] of counts) {
    if (what[0] !== 'mail') continue
    const [, at, verdict, domain] = what
    const isRecipient = at === 'rcpt' || at === 'message'
    if (isRecipient ? !isWanted(domain) : !isWhole) continue
    if (verdict !== 'accept' && verdict !== 'quarantine') stopped[at] += count
    if (!isRecipient) continue
    sums.recipients += count
    sums[RESULTS[verdict]] += count
  }
  return { ...sums, stopped }
}

const RESULTS = {
  accept: 'accepted',
  quarantine: 'quarantined',
  defer: 'deferred',
  reject: 'refused',
  discard: 'refused',
} as const

const labelled = (counts: Counts, label: string): number =>
  counts.reduce((sum, [what, count]) => (what[0] === 'feedback' && what[1] === label ? sum + count : sum), 0)

const level = (counts: Counts, name: string): number =>
  counts.reduce((sum, [what, count]) => (what[0] === 'load' && what[1] === name ? sum + count : sum), 0)

async function rulesOf(history: FigureSources['history'], since: number, until: number): Promise<readonly Counted[]> {
  const sums = new Map<string, number>()
  for (const { name, count } of (await history?.aggregate({ since, until, by: 'rule' })) ?? [])
    sums.set(name, (sums.get(name) ?? 0) + count)
  return largest([...sums].map(([name, count]) => ({ name, count })))
}

const largest = (counted: readonly Counted[]): readonly Counted[] =>
  counted.toSorted((one, other) => other.count - one.count).slice(0, MAX_SHOWN)

/** Messages that were held and that people have released. */
async function releasesIn(
  history: FigureSources['history'],
  since: number,
  until: number,
  isWanted: IsWanted,
): Promise<number> {
  let released = 0
  let cursor: string | undefined
  for (let page = 0; history !== undefined && page < MAX_PAGES; page += 1) {
    const query = { since, until, action: 'release', limit: 500 } as const
    const { events, next } = await history.audit({ ...query, ...(cursor !== undefined && { cursor }) })
    released += events.filter(event => isRelease(event, isWanted)).length
    cursor = next
    if (next === undefined) break
  }
  return released
}

const isRelease = ({ result, recipient = '' }: ActionEvent, isWanted: IsWanted): boolean =>
  result === 'done' && isWanted(mailboxOf(recipient).domain)
