/** Allow and deny lists that live in the store, with scopes. */
import { duration } from '../../model/checks.ts'
import type { Filter, PriorFindings } from '../../model/filter.ts'
import { allow, type Finding, reject } from '../../model/finding.ts'
import { checked, schemaOf } from '../../model/options.ts'
import type { Clock } from '../../model/services.ts'
import type { Connection, Message, Recipient, Transaction } from '../../model/stage.ts'
import { type Duration, toMilliseconds } from '../../model/units.ts'
import { addressKey, mailboxOf } from '../../net/path.ts'
import { CachedLists } from './cached.ts'
import type { CompiledList, Match } from './compiled.ts'
import { GLOBAL, type Scope } from './entry.ts'
import { type Evidence, hostNames, messageNames, type Name, reversePathNames } from './evidence.ts'

/** What `lists` takes. */
export interface ListsOptions {
  /** How soon a change of the lists counts at every gateway. @default '5s' */
  readonly every?: Duration
}

const schema = schemaOf<ListsOptions>('lists', { every: duration({ min: '100ms' }) })

/**
 * Applies the allow and deny lists of `senderLists`. The list of the narrowest authority decides: enforced for all
 * recipients, enforced for a domain, of the recipient, of the domain, of all. Within a list the most specific entry
 * decides, and of equals an entry that allows. An entry that allows needs proof of the sender, unless it says
 * otherwise; an entry that denies needs none. Every use is a finding.
 *
 * @throws PosternError when an option is wrong
 * @example
 * postern({
 *   filters: [lists(), ...recommended({ domains: ['example.org'] })],
 *   store: sqliteStore({ file: '/var/lib/postern/store.db' }),
 * })
 */
export function lists(options: ListsOptions = {}): Filter {
  const { every = '5s' } = checked(schema, options)
  const cached = new CachedLists(toMilliseconds(every))
  const judge = new ListJudge(cached)
  let clock: Clock | undefined
  return {
    name: 'lists',
    order: 'early',
    mayAllow: true,
    start: services => {
      clock = services.clock
    },
    precheck: ip => (cached.has('global') && clock !== undefined ? judge.precheck(ip, clock) : undefined),
    connect: connection => {
      const asked = cached.refresh(connection)
      if (asked !== undefined) return asked.then(() => judge.connect(connection))
      return cached.has('global') ? judge.connect(connection) : undefined
    },
    mail: (transaction, prior) => (cached.has('global') ? judge.mail(transaction, prior) : undefined),
    rcpt: (recipient, prior) => (cached.hasAny ? judge.rcpt(recipient, prior) : undefined),
    message: (message, prior) => (cached.hasAny ? judge.message(message, prior) : undefined),
  }
}

/** A list, and which of its entries count at its rank: enforced ones, others, or all. */
interface Layer {
  readonly list: CompiledList
  readonly enforced: boolean | undefined
}

class ListJudge {
  readonly #cached: CachedLists

  constructor(cached: CachedLists) {
    this.#cached = cached
  }

  /**
   * A denial of the list for all recipients that no name of the client can change, from what is in memory. The sessions
   * of other clients keep that up to date; without them nothing is refused here.
   */
  precheck(ip: string, clock: Clock): Finding | undefined {
    const list = this.#cached.current(GLOBAL, clock)
    if (list === undefined || list.has('host') || !list.hasNetworkOf(ip)) return undefined
    const found = decide(this.#layersBeforeRcpt(list), { ip, names: [] }, clock.now(), false)
    return found?.entry.effect === 'deny' ? { ...findingOf(found), close: true } : undefined
  }

  async connect(connection: Connection): Promise<Finding | undefined> {
    const found = await this.#beforeRcpt(connection, () => undefined)
    return found?.verdict === 'reject' ? { ...found, close: true } : found
  }

  async mail(transaction: Transaction, { findings }: PriorFindings): Promise<Finding | undefined> {
    const found = await this.#beforeRcpt(transaction, list =>
      list.has('address', 'domain', 'spf') ? reversePathNames(transaction) : undefined,
    )
    return found === undefined || isKnown(findings, found) ? undefined : found
  }

  /** What no list of a domain or a recipient can change. */
  async #beforeRcpt(
    known: Connection,
    namesFor: (list: CompiledList) => Promise<readonly Name[]> | undefined,
  ): Promise<Finding | undefined> {
    const [list] = await this.#cached.load([GLOBAL], known)
    if (list === undefined) return undefined
    const hosts = list.has('host') ? await hostNames(known) : []
    const evidence = { ip: known.ip, names: [...((await namesFor(list)) ?? []), ...hosts] }
    const found = decide(this.#layersBeforeRcpt(list), evidence, known.clock.now(), false)
    return found && findingOf(found)
  }

  /** Where a domain or a recipient has a list, only what is enforced counts for all. */
  #layersBeforeRcpt(list: CompiledList): readonly Layer[] {
    const isAlone = !this.#cached.has('domain', 'recipient')
    return [{ list, enforced: isAlone ? undefined : true }]
  }

  async rcpt(recipient: Recipient, { findings }: PriorFindings): Promise<readonly Finding[]> {
    const lists = await this.#cached.load(scopesOf(recipient.forwardPath), recipient)
    const evidence = await earlyEvidence(recipient, lists)
    const found = decide(layersOf(lists), evidence, recipient.clock.now(), false)
    return found === undefined || isKnown(findings, findingOf(found)) ? [] : [findingOf(found)]
  }

  async message(message: Message, { findings }: PriorFindings): Promise<readonly Finding[]> {
    const { forwardPaths, clock } = message
    const loaded = await this.#cached.load(forwardPaths.flatMap(scopesOf), message)
    const all = forwardPaths.map((_, index) => loaded.slice(index * SCOPES, (index + 1) * SCOPES))
    if (!loaded.some(({ isLate }) => isLate)) return []
    const early = await earlyEvidence(message, loaded)
    const late = { ...early, names: [...(await messageNames(message)), ...early.names] }
    const now = clock.now()
    const byReason = new Map<string, { readonly finding: Finding; readonly recipients: string[] }>()
    for (const [index, forwardPath] of forwardPaths.entries()) {
      const layers = layersOf(all[index] ?? [])
      const before = decide(layers, early, now, false)
      const found = decide(layers, late, now, true)
      const finding = found === undefined ? unprovenIn(layers, late, now) : findingOf(found)
      // What was found at RCPT counts already.
      const isCounted = found !== undefined && found.entry === before?.entry
      if (finding === undefined || isCounted || isKnown(findings, finding)) continue
      const same = byReason.get(finding.reason) ?? { finding, recipients: [] }
      same.recipients.push(forwardPath)
      byReason.set(finding.reason, same)
    }
    return [...byReason.values()].map(({ finding, recipients }) =>
      recipients.length === forwardPaths.length ? finding : { ...finding, recipients },
    )
  }
}

const isKnown = (findings: readonly Finding[], { reason }: Finding): boolean =>
  findings.some(finding => finding.reason === reason)

/** All, the domain's, the recipient's: in this order in {@link layersOf}. */
const SCOPES = 3

function scopesOf(forwardPath: string): readonly [Scope, Scope, Scope] {
  const mailbox = mailboxOf(forwardPath)
  return [GLOBAL, { kind: 'domain', name: mailbox.domain }, { kind: 'recipient', name: addressKey(mailbox) }]
}

function layersOf([all, domain, recipient]: readonly CompiledList[]): readonly Layer[] {
  if (all === undefined || domain === undefined || recipient === undefined) return []
  return [
    { list: all, enforced: true },
    { list: domain, enforced: true },
    { list: recipient, enforced: undefined },
    { list: domain, enforced: false },
    { list: all, enforced: false },
  ]
}

async function earlyEvidence(transaction: Transaction, lists: readonly CompiledList[]): Promise<Evidence> {
  const names = await reversePathNames(transaction)
  const hosts = lists.some(list => list.has('host')) ? await hostNames(transaction) : []
  return { ip: transaction.ip, names: [...names, ...hosts] }
}

/**
 * The entry that decides: of the first list that has one. Before the message a denial waits where the message may
 * show that the sender is allowed after all.
 */
function decide(layers: readonly Layer[], evidence: Evidence, now: number, isComplete: boolean): Match | undefined {
  for (const { list, enforced } of layers) {
    const match = list.matches(evidence, now).find(one => one.counts && isAt(one, enforced))
    const mayWait = !isComplete && list.mayAllowLater(enforced)
    if (match !== undefined) return match.entry.effect === 'deny' && mayWait ? undefined : match
    if (mayWait) return undefined
  }
  return undefined
}

const isAt = ({ entry }: Match, enforced: boolean | undefined): boolean =>
  enforced === undefined || (entry.enforced === true) === enforced

/** An entry that would allow the sender if it were proven: for the operator, it changes nothing. */
function unprovenIn(layers: readonly Layer[], evidence: Evidence, now: number): Finding | undefined {
  for (const { list } of layers) {
    const [match] = list.matches(evidence, now)
    if (match !== undefined && !match.counts)
      return { rule: 'unproven', reason: `${match.what}, is on ${nameOf(match)}, which needs proof` }
  }
  return undefined
}

function findingOf(match: Match): Finding {
  const { effect } = match.entry
  return effect === 'allow'
    ? allow(`${match.what}, is allowed by ${nameOf(match)}`, { rule: 'allow' })
    : reject('5.7.1', `${match.what}, is denied by ${nameOf(match)}`, { rule: 'deny' })
}

function nameOf({ entry: { id, scope, enforced, author, note } }: Match): string {
  const whose = scope === undefined ? 'the list for all recipients' : `the list of ${scope}`
  const by = author === undefined ? '' : ` by ${author}`
  return `entry ${id}${by} of ${whose}${enforced ? ', enforced' : ''}${note === undefined ? '' : ` (${note})`}`
}
