/** check_host() (RFC 7208 §4, §5): evaluates one domain's record for one client, within the limits of §4.6.4. */

import { forwardLabels, reverseName } from '../../dns/reverse.ts'
import { type MaybePromise, thenSync } from '../../model/maybe-promise.ts'
import type { Records } from '../../model/resolver.ts'
import type { Connection } from '../../model/stage.ts'
import { isWithin, readAddress, type Width } from '../../net/address.ts'
import { isError, type LookupOptions, Lookups, permerror, type SpfError } from './lookups.ts'
import { constantName, expand, type MacroString, uses } from './macro.ts'
import {
  type Directive,
  isSpf,
  type Mechanism,
  type Problem,
  type Qualifier,
  readRecord,
  type SpfRecord,
} from './record.ts'

/** RFC 7208 §2.6. */
export type SpfResult = 'none' | 'neutral' | 'pass' | 'fail' | 'softfail' | 'temperror' | 'permerror'

/** Whose record is evaluated, and for which client. */
export interface Identity {
  /** In lower case and A-labels. */
  readonly domain: string
  readonly local: string
  readonly ip: string
  readonly helo: string
}

export interface Evaluation {
  readonly result: SpfResult
  /** The mechanism that matched, as it is written; `default` when none did (§9.1). */
  readonly mechanism?: string
  /** Why it is an error; ends a sentence. */
  readonly problem?: string
  /** Every record that was read, the domain's own first. */
  readonly records: readonly string[]
  readonly lookups: { readonly count: number; readonly void: number }
}

/** Rejects only when the resolver does. */
export function evaluate(
  view: Pick<Connection, 'dns' | 'signal' | 'clock'>,
  identity: Identity,
  options: LookupOptions,
): MaybePromise<Evaluation> {
  return new Evaluator(identity, new Lookups(view, options)).run()
}

type Verdict = Pick<Evaluation, 'result' | 'mechanism' | 'problem'> & Pick<SpfError, 'overBudget'>

type LookupMechanism = Exclude<Mechanism, { readonly kind: 'all' | 'ip4' | 'ip6' | 'include' }>

interface ReadRecord {
  readonly text: string
  readonly record: SpfRecord | Problem
  /** The directives that ask DNS or match the client: of thousands of networks in a record, one at most. */
  readonly relevant: readonly number[]
}

interface Prefixes {
  readonly v4: number
  readonly v6: number
}

const results: Readonly<Record<Qualifier, SpfResult>> = { '+': 'pass', '-': 'fail', '~': 'softfail', '?': 'neutral' }
// §4.6.4: names of one `ptr`, addresses of one `mx`.
const MAX_HOSTS = 10
const WHOLE_ADDRESS: Prefixes = { v4: 32, v6: 128 }

class Evaluator {
  readonly #identity: Identity
  readonly #lookups: Lookups
  readonly #client = new Uint32Array(4)
  readonly #width: Width
  readonly #records: string[] = []
  readonly #known = new Map<object, ReadRecord | 'several' | undefined>()

  constructor(identity: Identity, lookups: Lookups) {
    this.#identity = identity
    this.#lookups = lookups
    this.#width = readAddress(identity.ip, this.#client)
  }

  run(): MaybePromise<Evaluation> {
    return thenSync<Verdict, Evaluation>(this.#lookups.run<Verdict>(this.#checkSender), verdict => ({
      ...verdict,
      records: this.#records,
      lookups: this.#lookups.counts,
    }))
  }

  readonly #checkSender = (): Verdict => {
    const { domain } = this.#identity
    this.#records.length = 0
    return this.#check(domain, this.#lookups.uncounted(domain, 'TXT'))
  }

  /** Evaluates the record among `texts`, the TXT records of `domain`. */
  #check(domain: string, texts: readonly (readonly string[])[] | SpfError): Verdict {
    if (isError(texts)) return texts
    const read = this.#read(texts)
    if (read === undefined) return { result: 'none' }
    if (read === 'several') return permerror(`${domain} publishes more than one`)
    const { text, record, relevant } = read
    this.#records.push(text)
    if ('problem' in record) return permerror(record.problem)
    for (const index of relevant) {
      const directive = record.directives[index]
      if (directive === undefined) continue
      const matched = this.#matches(directive.mechanism, domain)
      if (isError(matched)) return (matched.overBudget && this.#decided(record.directives.slice(index))) || matched
      if (matched) return matchOf(directive)
    }
    if (record.redirect === undefined) return { result: 'neutral', mechanism: 'default' }
    return this.#follow(record.redirect, domain)
  }

  /** The record among TXT records. Each is read once, however often the evaluation begins anew. */
  #read(texts: readonly (readonly string[])[]): ReadRecord | 'several' | undefined {
    const known = this.#known.get(texts)
    if (known !== undefined || this.#known.has(texts)) return known
    const [text, another] = texts.map(strings => strings.join('')).filter(isSpf)
    const read = text === undefined ? undefined : another === undefined ? this.#readText(text) : 'several'
    this.#known.set(texts, read)
    return read
  }

  #readText(text: string): ReadRecord {
    const record = readRecord(text)
    const directives = 'problem' in record ? [] : record.directives
    const isRelevant = ({ kind }: Mechanism) => kind !== 'ip4' && kind !== 'ip6'
    const relevant = directives.flatMap(({ mechanism }, index) =>
      isRelevant(mechanism) || this.#matchesWithoutDns(mechanism) ? [index] : [],
    )
    return { text, record, relevant }
  }

  /**
   * The result that no unanswered question can change: all directives up to the next directive that matches without DNS
   * have the same qualifier. Undefined where there is none.
   */
  #decided(directives: readonly Directive[]): Verdict | undefined {
    const [first] = directives
    for (const directive of directives) {
      if (directive.qualifier !== first?.qualifier) return undefined
      if (this.#matchesWithoutDns(directive.mechanism)) return matchOf(directive)
    }
    return undefined
  }

  #matchesWithoutDns(mechanism: Mechanism): boolean {
    switch (mechanism.kind) {
      case 'all':
        return true
      case 'ip4':
        return this.#width === 1 && isWithin(this.#client, mechanism.words, mechanism.prefix)
      case 'ip6':
        return this.#width === 4 && isWithin(this.#client, mechanism.words, mechanism.prefix)
      default:
        return false
    }
  }

  /** Evaluates the record of `include` or `redirect`. It is an error if there is none (§5.2, §6.1). */
  #follow(spec: MacroString, domain: string): Verdict {
    const target = this.#targetOf(spec, domain)
    if (isError(target)) return target
    if (target === undefined) return permerror('it refers to a name that cannot exist')
    const verdict = this.#check(target, this.#lookups.counted(target, 'TXT'))
    return verdict.result === 'none' ? permerror(`it refers to ${target}, which publishes none`) : verdict
  }

  #matches(mechanism: Mechanism, domain: string): boolean | SpfError {
    switch (mechanism.kind) {
      case 'all':
      case 'ip4':
      case 'ip6':
        return this.#matchesWithoutDns(mechanism)
      case 'include': {
        if (this.#needsAsciiLocal(mechanism.name)) return false
        const verdict = this.#follow(mechanism.name, domain)
        return isError(verdict) ? verdict : verdict.result === 'pass'
      }
      default: {
        const target = mechanism.name === undefined ? domain : this.#targetOf(mechanism.name, domain)
        return target === undefined || isError(target) ? (target ?? false) : this.#matchesHost(mechanism, target)
      }
    }
  }

  #matchesHost(mechanism: LookupMechanism, target: string): boolean | SpfError {
    switch (mechanism.kind) {
      case 'exists':
        return some(this.#lookups.counted(target, 'A'), () => true)
      case 'ptr':
        return some(this.#clientNames(), name => isBelow(name, target))
      case 'a':
        return this.#includesClient(this.#lookups.counted(target, this.#addressType), mechanism)
      case 'mx': {
        const exchanges = this.#lookups.counted(target, 'MX')
        return isError(exchanges) ? exchanges : this.#matchesExchange(exchanges, mechanism)
      }
      default:
        return mechanism satisfies never
    }
  }

  #matchesExchange(exchanges: readonly Records['MX'][], prefixes: Prefixes): boolean | SpfError {
    const hosts = exchanges.filter(({ exchange }) => exchange !== '').toSorted((a, b) => a.priority - b.priority)
    for (const [index, { exchange }] of hosts.entries()) {
      if (index === MAX_HOSTS) return permerror(`it has an mx of more than ${MAX_HOSTS} hosts`)
      const found = this.#includesClient(this.#lookups.uncounted(exchange, this.#addressType), prefixes)
      if (found !== false) return found
    }
    return false
  }

  /** The names of the client whose addresses include the client (§5.5). Names whose lookup fails are left out. */
  #clientNames(): readonly string[] | SpfError {
    const names = this.#lookups.counted(reverseName(this.#identity.ip) ?? '', 'PTR')
    if (isError(names)) return names.result === 'permerror' ? names : []
    const confirmed: string[] = []
    for (const name of names.slice(0, MAX_HOSTS)) {
      const addresses = this.#lookups.uncounted(name, this.#addressType)
      if (this.#includesClient(addresses, WHOLE_ADDRESS) === true) confirmed.push(name.toLowerCase().replace(/\.$/, ''))
    }
    return confirmed
  }

  get #addressType(): 'A' | 'AAAA' {
    return this.#width === 4 ? 'AAAA' : 'A'
  }

  #includesClient(addresses: readonly string[] | SpfError, { v4, v6 }: Prefixes): boolean | SpfError {
    const words = new Uint32Array(4)
    return some(
      addresses,
      address =>
        readAddress(address, words) === this.#width && isWithin(this.#client, words, this.#width === 1 ? v4 : v6),
    )
  }

  /** The name that `spec` expands to; undefined when it cannot exist. */
  #targetOf(spec: MacroString, domain: string): string | undefined | SpfError {
    const constant = constantName(spec)
    if (constant !== undefined) return constant.name
    if (this.#needsAsciiLocal(spec)) return undefined
    const names = uses(spec, 'p') ? this.#clientNames() : []
    if (isError(names)) return names
    const { ip, helo, local, domain: sender } = this.#identity
    return expand(spec, {
      local: local === '' ? 'postmaster' : local,
      sender,
      domain,
      ip: forwardLabels(ip),
      family: this.#width === 4 ? 'ip6' : 'in-addr',
      helo,
      name: bestName(names, domain),
    })
  }

  /** RFC 8616 §4: a name with an internationalised local part in it matches nothing. */
  #needsAsciiLocal(spec: MacroString): boolean {
    return /[^\0-\x7f]/.test(this.#identity.local) && uses(spec, 'sl')
  }
}

const matchOf = ({ qualifier, text }: Directive): Verdict => ({ result: results[qualifier], mechanism: text })

const some = <R>(found: readonly R[] | SpfError, isWanted: (record: R) => boolean): boolean | SpfError =>
  isError(found) ? found : found.some(isWanted)

const isBelow = (name: string, target: string): boolean =>
  name === target.toLowerCase() || name.endsWith(`.${target.toLowerCase()}`)

/** §7.3: the domain itself, else a name below it, else any. */
const bestName = (names: readonly string[], domain: string): string =>
  names.find(name => name === domain) ?? names.find(name => isBelow(name, domain)) ?? names[0] ?? 'unknown'
