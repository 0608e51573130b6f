/**
 * The board: which alerts there are on all nodes, and what is still to be sent about them. It is one value of the
 * store.
 * Every function here returns the next board and changes nothing, so that two nodes that write at once can try again.
 */
import type { Firing, Outcome } from './conditions.ts'
import type { Alert } from './types.ts'

type Kind = 'begin' | 'end' | 'reminder' | 'summary'
export type Channel = 'mail' | 'webhook'

/** An alert on the board; after its end it stays for an hour, to see whether it comes back. */
export interface Entry extends Omit<Alert, 'nodes'> {
  /** The nodes that see it, and when they last said so. Empty: it has ended. */
  readonly nodes: Readonly<Record<string, number>>
  /** When it began and ended within the last hour. */
  readonly changes: readonly number[]
  /** What was sent last. */
  readonly told: 'nothing' | 'begin' | 'end'
  /** It begins and ends so often that nothing is sent until it stays as it is for an hour. */
  readonly damped: boolean
  readonly remindedAt: number
  readonly endedAt?: number
}

/** What is to be sent. */
export interface Outgoing {
  /** The same at each try. */
  readonly id: string
  readonly channel: Channel
  readonly kind: Kind
  readonly time: number
  readonly alerts: readonly Told[]
  /** Alerts that are not listed. */
  readonly more: number
  /** A node that sends it has until then; afterwards another one tries. */
  readonly notBefore: number
  readonly tries: number
  /** The node that could not send it last. */
  readonly failedOn?: string
}

/** An alert as it is sent. */
export interface Told extends Alert {
  readonly kind: Exclude<Kind, 'summary'>
  /** It begins and ends so often that the next hour says nothing about it. */
  readonly damped: boolean
  readonly endedAt?: number
}

export interface Board {
  readonly version: 1
  readonly entries: readonly Entry[]
  /** When mails were sent within the last hour. */
  readonly mails: readonly number[]
  /** What no mail told because there were too many. */
  readonly held: readonly Told[]
  readonly heldMore: number
  readonly outgoing: readonly Outgoing[]
  /** What was given up: too many waited, or too many tries. */
  readonly dropped: number
  readonly sequence: number
}

export interface Look {
  readonly node: string
  /** Milliseconds since 1970. */
  readonly now: number
  readonly outcome: Outcome
  readonly channels: readonly Channel[]
  /** Mails an hour. */
  readonly maxMails: number
  /** The other nodes cannot be seen: what they said stays. */
  readonly isAlone: boolean
}

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** A node that has said nothing for so long sees nothing any more. It says it every minute. */
const STALE_MS = 3 * 60_000
const REFRESH_MS = 60_000
const MAX_ENTRIES = 200
const MAX_OUTGOING = 100
const MAX_HELD = 50
/** Three times there and away within an hour is flapping. */
const MAX_CHANGES = 6
const SEND_LEASE_MS = 60_000
/** After a failure another node, which may reach the receiver, has so much time to take it. */
const OTHERS_FIRST_MS = 30_000
const MAX_TRIES = 12
const BACK_OFF_MS = { first: 5_000, max: 15 * 60_000 }

export const EMPTY: Board = {
  ...{ version: 1, entries: [], mails: [], held: [], heldMore: 0, outgoing: [], dropped: 0, sequence: 0 },
}

export const isActive = ({ endedAt }: Entry): boolean => endedAt === undefined

export const alertOf = ({ nodes, changes: _c, told: _t, remindedAt: _r, ...entry }: Entry): Alert => ({
  ...entry,
  nodes: Object.keys(nodes).toSorted(),
})

/** What one node sees now. */
export function update(board: Board, look: Look): Board {
  const seen = new Map(look.outcome.firing.map(firing => [firing.id, firing]))
  const known = new Set(board.entries.map(({ id }) => id))
  const added = look.outcome.firing.filter(({ id }) => !known.has(id)).slice(0, MAX_ENTRIES - known.size)
  const looked = board.entries.map(entry => lookAt(entry, seen.get(entry.id), look))
  const entries = [...looked, ...added.map(firing => begun(firing, look))]
  const news = entries.flatMap(entry => newsOf(entry, look.now))
  const told = new Map(news.map(one => [one.id, one.kind]))
  const kept = entries
    .filter(entry => isKept(entry, look.now))
    .map(entry => afterNews(entry, told.get(entry.id), look.now))
  return send({ ...board, entries: kept }, news, look)
}

function lookAt(entry: Entry, firing: Firing | undefined, look: Look): Entry {
  const { node, now, outcome, isAlone } = look
  const nodes = Object.fromEntries(
    Object.entries(entry.nodes).filter(([name, at]) => name === node || isAlone || now - at <= STALE_MS),
  )
  if (firing) {
    if (now - (nodes[node] ?? 0) >= REFRESH_MS) nodes[node] = now
    const { what, affected, remedy } = firing.found
    return isActive(entry) ? { ...entry, what, affected, remedy, nodes } : begun(firing, look, entry)
  }
  if (!outcome.unknown.has(entry.rule)) delete nodes[node]
  else if (nodes[node] !== undefined && now - nodes[node] >= REFRESH_MS) nodes[node] = now
  if (!isActive(entry) || Object.keys(nodes).length > 0) return { ...entry, nodes }
  const changes = recent([...entry.changes, now], now)
  return { ...entry, nodes, changes, damped: entry.damped || changes.length >= MAX_CHANGES, endedAt: now }
}

function begun({ id, rule, found }: Firing, { node, now }: Look, before?: Entry): Entry {
  const changes = recent([...(before?.changes ?? []), now], now)
  return {
    ...{ id, rule: rule.name, severity: rule.severity, since: now, nodes: { [node]: now }, changes, remindedAt: now },
    ...(found.subject !== undefined && { subject: found.subject }),
    ...{ what: found.what, affected: found.affected, remedy: found.remedy },
    ...(rule.delaysMail && { delaysMail: true }),
    told: before?.told ?? 'nothing',
    damped: (before?.damped ?? false) || changes.length >= MAX_CHANGES,
  }
}

const recent = (times: readonly number[], now: number): readonly number[] => times.filter(at => now - at < HOUR)

/** Damping ends when the alert has stayed as it is for an hour. */
const isDamped = ({ damped, changes }: Entry, now: number): boolean => damped && recent(changes, now).length > 0

function newsOf(entry: Entry, now: number): readonly Told[] {
  const { endedAt, told, remindedAt, changes } = entry
  const say = (kind: Told['kind'], damped = false): readonly Told[] => [
    { ...alertOf(entry), kind, damped, ...(endedAt !== undefined && { endedAt }) },
  ]
  if (isDamped(entry, now)) {
    // The change that made it damped is sent, and says so.
    return changes.length === MAX_CHANGES && changes.at(-1) === now
      ? say(endedAt === undefined ? 'begin' : 'end', true)
      : []
  }
  if (endedAt !== undefined) return told === 'begin' ? say('end') : []
  if (told !== 'begin') return say('begin')
  return now - remindedAt >= DAY ? say('reminder') : []
}

function afterNews(entry: Entry, kind: Told['kind'] | undefined, now: number): Entry {
  const damped = isDamped(entry, now)
  if (kind === undefined) return entry.damped === damped ? entry : { ...entry, damped }
  return { ...entry, damped, told: kind === 'end' ? 'end' : 'begin', remindedAt: now }
}

/** An alert that has ended stays for an hour, and while it is damped. */
const isKept = (entry: Entry, now: number): boolean =>
  entry.endedAt === undefined || now - entry.endedAt < HOUR || isDamped(entry, now)

/** Puts what is new into the queue: one mail for each kind, as long as there are not too many mails. */
function send(board: Board, news: readonly Told[], look: Look): Board {
  const { now, channels, maxMails } = look
  let next: Board = { ...board, mails: recent(board.mails, now) }
  const byKind = [...Map.groupBy(news, ({ kind }) => kind)]
  if (channels.includes('webhook'))
    for (const [kind, alerts] of byKind) next = queued(next, { channel: 'webhook', kind, alerts, more: 0 }, look)
  if (!channels.includes('mail')) return next
  if (next.held.length > 0 && next.mails.length < maxMails) {
    const { held: alerts, heldMore: more } = next
    next = mailed({ ...next, held: [], heldMore: 0 }, { channel: 'mail', kind: 'summary', alerts, more }, look)
  }
  for (const [kind, alerts] of byKind) {
    if (next.mails.length < maxMails) next = mailed(next, { channel: 'mail', kind, alerts, more: 0 }, look)
    else {
      const held = [...next.held, ...alerts]
      const heldMore = next.heldMore + Math.max(0, held.length - MAX_HELD)
      next = { ...next, held: held.slice(-MAX_HELD), heldMore }
    }
  }
  return next
}

type Message = Pick<Outgoing, 'channel' | 'kind' | 'alerts' | 'more'>

const mailed = (board: Board, message: Message, look: Look): Board =>
  queued({ ...board, mails: [...board.mails, look.now] }, message, look)

function queued(board: Board, message: Message, { node, now }: Look): Board {
  const id = `${now.toString(36)}-${board.sequence}-${node}`
  const outgoing = [...board.outgoing, { ...message, id, time: now, notBefore: now, tries: 0 }]
  const dropped = board.dropped + Math.max(0, outgoing.length - MAX_OUTGOING)
  return { ...board, outgoing: outgoing.slice(-MAX_OUTGOING), dropped, sequence: board.sequence + 1 }
}

/** Takes what is due: until a minute has passed no other node sends it. */
export function claim(
  board: Board,
  node: string,
  now: number,
): { readonly board: Board; readonly due: readonly Outgoing[] } {
  const due = board.outgoing.filter(
    ({ notBefore, failedOn }) => notBefore + (failedOn === node ? OTHERS_FIRST_MS : 0) <= now,
  )
  if (due.length === 0) return { board, due }
  const outgoing = board.outgoing.map(one => (due.includes(one) ? { ...one, notBefore: now + SEND_LEASE_MS } : one))
  return { board: { ...board, outgoing }, due }
}

/** What was sent is removed; what was not is tried again later, and given up after twelve tries. */
export function settle(board: Board, results: ReadonlyMap<string, boolean>, node: string, now: number): Board {
  let dropped = board.dropped
  const outgoing = board.outgoing.flatMap(one => {
    const isSent = results.get(one.id)
    if (isSent === undefined) return [one]
    if (isSent) return []
    const tries = one.tries + 1
    if (tries >= MAX_TRIES) {
      dropped += 1
      return []
    }
    const pause = Math.min(BACK_OFF_MS.first * 2 ** (tries - 1), BACK_OFF_MS.max)
    return [{ ...one, tries, notBefore: now + pause, failedOn: node }]
  })
  return { ...board, outgoing, dropped }
}

/** Puts what a node has done without the store onto the board that it finds when the store is back. */
export function join(shared: Board, own: Board, node: string): Board {
  const mine = new Map(own.entries.map(entry => [entry.id, entry]))
  const known = new Set(shared.entries.map(({ id }) => id))
  const entries = shared.entries.map(entry => joined(entry, mine.get(entry.id), node))
  const added = own.entries.filter(entry => !known.has(entry.id))
  const ids = new Set(shared.outgoing.map(({ id }) => id))
  return {
    ...shared,
    entries: [...entries, ...added].slice(0, MAX_ENTRIES),
    mails: shared.mails.length > own.mails.length ? shared.mails : own.mails,
    held: [...shared.held, ...own.held].slice(-MAX_HELD),
    outgoing: [...shared.outgoing, ...own.outgoing.filter(({ id }) => !ids.has(id))].slice(-MAX_OUTGOING),
    sequence: Math.max(shared.sequence, own.sequence),
  }
}

/** What this node has told meanwhile is not told again. */
function joined(shared: Entry, own: Entry | undefined, node: string): Entry {
  if (own === undefined) return shared
  if (isActive(own)) return isActive(shared) ? { ...shared, nodes: { ...shared.nodes, ...own.nodes } } : own
  const { [node]: _mine, ...nodes } = shared.nodes
  return isActive(shared) && Object.keys(nodes).length === 0 ? own : { ...shared, nodes }
}
