/** The entries of one scope, compiled for lookup: the most specific entry that names a client or a sender. */
import { type NetworkTable, networkTable } from '../../net/networks.ts'
import { isCurrent, type ListEntry, readDocument } from './entry.ts'
import type { Evidence } from './evidence.ts'
import { type Identity, isInNetwork, readSubject, type Subject } from './subject.ts'

/** An entry that names the client or the sender. */
export interface Match {
  readonly entry: ListEntry
  /** `the author’s domain example.org, proven by DMARC`, for a reason. */
  readonly what: string
  /** Whether the entry may count: it denies, it needs no proof, or there is proof. */
  readonly counts: boolean
}

/** Identities that are not known before the message. */
const LATE: ReadonlySet<Subject['kind']> = new Set(['address', 'domain', 'dmarc', 'dkim'])

type NetworkEntry = readonly [network: Extract<Subject, { kind: 'network' }>['network'], entry: ListEntry]

export class CompiledList {
  /** How many entries could not be read. */
  readonly bad: number
  readonly #networks: NetworkEntry[] = []
  readonly #table: NetworkTable
  readonly #byName = new Map<string, ListEntry[]>()
  readonly #kinds = new Set<Subject['kind']>()
  readonly #lateAllows = new Set<boolean>()

  constructor(document: string | undefined) {
    const { entries, bad } = readDocument(document)
    this.bad = bad
    for (const entry of entries) {
      const subject = readSubject(entry.sender)
      if ('expected' in subject) continue
      this.#kinds.add(subject.kind)
      if (entry.effect === 'allow' && LATE.has(subject.kind)) this.#lateAllows.add(entry.enforced === true)
      if (subject.kind === 'network') this.#networks.push([subject.network, entry])
      else {
        const key = `${subject.kind}:${subject.name}`
        this.#byName.set(key, [...(this.#byName.get(key) ?? []), entry])
      }
    }
    this.#table = networkTable(this.#networks.map(([network]) => network))
  }

  /** Whether there are entries that name a subject of one of these kinds. */
  has(...kinds: readonly Subject['kind'][]): boolean {
    return kinds.some(kind => this.#kinds.has(kind))
  }

  /** Whether an address, in canonical form, is in a network of an entry. */
  hasNetworkOf(ip: string): boolean {
    return this.#table.size > 0 && this.#table.find(ip) >= 0
  }

  /** Whether there are entries that only the message can match. */
  get isLate(): boolean {
    return this.has(...LATE)
  }

  /** Whether the message may still show that the sender is allowed. */
  mayAllowLater(enforced: boolean | undefined): boolean {
    return enforced === undefined ? this.#lateAllows.size > 0 : this.#lateAllows.has(enforced)
  }

  /** All entries that name the client or the sender, the most specific first; of equals, those that allow first. */
  matches({ ip, names }: Evidence, now: number): readonly Match[] {
    const found: (Match & { readonly specificity: number })[] = []
    const take = (entry: ListEntry, what: string, isProven: boolean, specificity: number): void => {
      if (!isCurrent(entry, now)) return
      found.push({ entry, what, specificity, counts: isProven || entry.effect === 'deny' || entry.unproven === true })
    }
    for (const { kind, name, what, isProven } of names)
      for (const key of keysOf(kind, name))
        for (const entry of this.#byName.get(key) ?? [])
          take(entry, what, isProven, RANKS[kind] + key.length - kind.length)
    if (ip !== undefined && this.hasNetworkOf(ip))
      for (const [network, entry] of this.#networks)
        if (isInNetwork(ip, network)) take(entry, `the client ${ip}`, true, network.prefix)
    return found.sort((a, b) => b.specificity - a.specificity || a.entry.effect.localeCompare(b.entry.effect))
  }
}

/** An address says more than a domain, a domain more than the name of a client, and that more than a network. */
const RANKS: Readonly<Record<Identity, number>> = {
  address: 3_000,
  domain: 2_000,
  dmarc: 2_000,
  spf: 2_000,
  dkim: 2_000,
  host: 1_000,
}

/** The name itself, and for a domain all that it lies below, the longest first. */
function* keysOf(kind: Subject['kind'], name: string): Generator<string> {
  yield `${kind}:${name}`
  if (kind === 'address' || name.length > 253) return
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) yield `${kind}:${name.slice(dot)}`
}
