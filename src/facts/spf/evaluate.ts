/** check_host() (RFC 7208 §4, §5): evaluates one domain's record for one client, within the limits of §4.6.4. */

import { forwardLabels, reverseName } from '../../dns/reverse.ts'
import type { Records, RecordType } from '../../model/resolver.ts'
import type { Connection } from '../../model/stage.ts'
import { isWithin, readAddress } from '../../net/address.ts'
import { askWithin, isStop, permerror, type SpfQuestions, type Stop } from './ask.ts'
import { expand, type MacroString, type MacroValues, uses } from './macro.ts'
import { type Directive, isSpf, type Mechanism, type Qualifier, readRecord } from './record.ts'

/** RFC 7208 §2.6. */
export type SpfResult = 'none' | 'neutral' | 'pass' | 'fail' | 'softfail' | 'temperror' | 'permerror'

/** Whose record is evaluated, and for whom. */
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
  /** Every record that was read, that of the domain first. */
  readonly records: readonly string[]
  readonly lookups: { readonly count: number; readonly void: number }
}

const MAX_LOOKUPS = 10
const MAX_VOID = 2
// §4.6.4: names of one `ptr`, addresses of one `mx`.
const MAX_HOSTS = 10

const results: Readonly<Record<Qualifier, SpfResult>> = { '+': 'pass', '-': 'fail', '~': 'softfail', '?': 'neutral' }

type Verdict = Pick<Evaluation, 'result' | 'mechanism' | 'problem'> & Pick<Stop, 'overShare'>

/** Rejects only when the asker has left. */
export async function evaluate(
  world: Pick<Connection, 'dns' | 'signal' | 'clock'>,
  { ip, helo, local, domain: sender }: Identity,
  asking: SpfQuestions,
): Promise<Evaluation> {
  const client = new Uint32Array(4)
  const width = readAddress(ip, client)
  const family = width === 4 ? 'AAAA' : 'A'
  const records: string[] = []
  let count = 0
  let empty = 0

  /** A term that asks DNS, and what it finds: nothing is an answer too, but not often. */
  const looked = async <T extends RecordType>(name: string, type: T): Promise<readonly Records[T][] | Stop> => {
    count += 1
    if (count > MAX_LOOKUPS) return permerror(`it asks for more than ${MAX_LOOKUPS} lookups`)
    return counted(await ask(name, type))
  }
  const counted = <R>(found: readonly R[] | Stop): readonly R[] | Stop => {
    if (isStop(found) || found.length > 0) return found
    empty += 1
    return empty > MAX_VOID ? permerror(`more than ${MAX_VOID} of its lookups find nothing`) : found
  }

  const check = async (domain: string, texts: readonly (readonly string[])[] | Stop): Promise<Verdict> => {
    if (isStop(texts)) return texts
    const [text, another] = texts.map(strings => strings.join('')).filter(isSpf)
    if (text === undefined) return { result: 'none' }
    if (another !== undefined) return permerror(`${domain} publishes more than one`)
    records.push(text)
    const record = readRecord(text)
    if ('problem' in record) return permerror(record.problem)
    for (const [index, directive] of record.directives.entries()) {
      const matched = await matches(directive.mechanism, domain)
      if (isStop(matched)) return (matched.overShare && decided(record.directives.slice(index))) || matched
      if (matched) return matchOf(directive)
    }
    if (record.redirect === undefined) return { result: 'neutral', mechanism: 'default' }
    return await follow(record.redirect, domain)
  }
  /** What the directives come to whatever those say that could not be asked for: as far as the next match all say the same. */
  const decided = (directives: readonly Directive[]): Verdict | undefined => {
    const [first] = directives
    for (const directive of directives) {
      if (directive.qualifier !== first?.qualifier) return undefined
      if (isPlainMatch(directive.mechanism)) return matchOf(directive)
    }
    return undefined
  }
  const isPlainMatch = (mechanism: Mechanism): boolean => {
    switch (mechanism.kind) {
      case 'all':
        return true
      case 'ip4':
        return width === 1 && isWithin(client, mechanism.words, mechanism.prefix)
      case 'ip6':
        return width === 4 && isWithin(client, mechanism.words, mechanism.prefix)
      default:
        return false
    }
  }
  /** Of a record that another one needs: that there is none is an error. */
  const follow = async (spec: MacroString, domain: string): Promise<Verdict> => {
    const target = await targetOf(spec, domain)
    if (isStop(target)) return target
    if (target === undefined) return permerror('it refers to a name that cannot be')
    const verdict = await check(target, await looked(target, 'TXT'))
    return verdict.result === 'none' ? permerror(`it refers to ${target}, which publishes none`) : verdict
  }

  const matches = async (mechanism: Mechanism, domain: string): Promise<boolean | Stop> => {
    switch (mechanism.kind) {
      case 'all':
      case 'ip4':
      case 'ip6':
        return isPlainMatch(mechanism)
      case 'include': {
        // RFC 8616 §4: what names an internationalised local part matches nobody.
        if (isForeign(mechanism.name)) return false
        const verdict = await follow(mechanism.name, domain)
        return isStop(verdict) ? verdict : verdict.result === 'pass'
      }
      default: {
        const target = mechanism.name === undefined ? domain : await targetOf(mechanism.name, domain)
        return target === undefined || isStop(target) ? (target ?? false) : await leads(mechanism, target)
      }
    }
  }
  const leads = async (
    mechanism: Exclude<Mechanism, { readonly kind: 'all' | 'ip4' | 'ip6' | 'include' }>,
    target: string,
  ): Promise<boolean | Stop> => {
    switch (mechanism.kind) {
      case 'exists':
        return some(await looked(target, 'A'), () => true)
      case 'ptr':
        return some(await ownNames(), name => isBelow(name, target))
      case 'a':
        return some(await looked(target, family), isClient(mechanism))
      case 'mx': {
        const exchanges = await looked(target, 'MX')
        return isStop(exchanges) ? exchanges : await isExchange(exchanges, isClient(mechanism))
      }
      default:
        return mechanism satisfies never
    }
  }
  const isExchange = async (exchanges: readonly Records['MX'][], isOurs: (ip: string) => boolean) => {
    const hosts = exchanges.filter(({ exchange }) => exchange !== '').toSorted((a, b) => a.priority - b.priority)
    for (const [index, { exchange }] of hosts.entries()) {
      if (index === MAX_HOSTS) return permerror(`it has an mx of more than ${MAX_HOSTS} hosts`)
      const found = some(await ask(exchange, family), isOurs)
      if (found !== false) return found
    }
    return false
  }
  /** The names of the client that lead back to it (§5.5). What cannot be asked is not among them. */
  const ownNames = async (): Promise<readonly string[] | Stop> => {
    const names = await looked(reverseName(ip) ?? '', 'PTR')
    if (isStop(names)) return names.result === 'permerror' ? names : []
    const isOurs = isClient({ v4: 32, v6: 128 })
    const own: string[] = []
    for (const name of names.slice(0, MAX_HOSTS)) {
      const addresses = await ask(name, family)
      if (isStop(addresses) && addresses.result === 'permerror') return addresses
      if (some(addresses, isOurs) === true) own.push(name.toLowerCase().replace(/\.$/, ''))
    }
    return own
  }
  const isClient =
    ({ v4, v6 }: { readonly v4: number; readonly v6: number }) =>
    (address: string): boolean => {
      const words = new Uint32Array(4)
      return readAddress(address, words) === width && isWithin(client, words, width === 1 ? v4 : v6)
    }

  const isForeign = (spec: MacroString): boolean => /[^\0-\x7f]/.test(local) && uses(spec, 'sl')
  const targetOf = async (spec: MacroString, domain: string): Promise<string | undefined | Stop> => {
    if (isForeign(spec)) return undefined
    const names = uses(spec, 'p') ? await ownNames() : []
    return isStop(names) ? names : expand(spec, { ...values(), domain, name: bestName(names, domain) })
  }
  const values = (): Omit<MacroValues, 'domain' | 'name'> => ({
    local: local === '' ? 'postmaster' : local,
    sender,
    ip: forwardLabels(ip),
    family: width === 4 ? 'ip6' : 'in-addr',
    helo,
  })

  const { ask, within } = askWithin(world, asking)
  const verdict = await within(async () => check(sender, await ask(sender, 'TXT')))
  return { ...verdict, records, lookups: { count, void: empty } }
}

const matchOf = ({ qualifier, text }: Directive): Verdict => ({ result: results[qualifier], mechanism: text })

const some = <R>(found: readonly R[] | Stop, wanted: (record: R) => boolean): boolean | Stop =>
  isStop(found) ? found : found.some(wanted)

const isBelow = (name: string, target: string): boolean =>
  name === target.toLowerCase() || name.endsWith(`.${target.toLowerCase()}`)

/** §7.3: the domain itself, else a name below it, else any. */
const bestName = (names: readonly string[], domain: string): string =>
  names.find(name => name === domain) ?? names.find(name => isBelow(name, domain)) ?? names[0] ?? 'unknown'
