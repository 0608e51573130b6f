/** Greetings that no honest mail server sends: our own name, a bare address, no host name, or the name of another. */

import { queryName } from '../dns/name.ts'
import { isGeneric } from '../facts/generic-name.ts'
import { heloHost, heloOwner } from '../facts/helo-host.ts'
import { rdns } from '../facts/rdns.ts'
import { isDirect } from '../facts/route.ts'
import { cost } from '../model/checks.ts'
import { askEarly } from '../model/fact.ts'
import type { Filter } from '../model/filter.ts'
import type { Finding, Findings } from '../model/finding.ts'
import type { MaybePromise } from '../model/maybe-promise.ts'
import { check, checked, list, schemaOf } from '../model/options.ts'
import type { Greeting } from '../model/stage.ts'
import { canonical } from '../net/address.ts'
import { domainOf } from '../net/path.ts'
import { withDefaults } from './measured-defaults.ts'
import { findingFor } from './rules/consequence.ts'

/** What a greeting costs: points, or certain refusal. */
export type HeloCost = number | 'reject'

/** What `helo` takes. Where `docs/reference/rules.md` has measured points, those are the defaults. */
export interface HeloOptions {
  /** The names and addresses of this mail server, which no other client may give. @default [] */
  readonly own?: readonly string[]
  /** Another client gives one of our names or addresses. @default 'reject' */
  readonly impostor?: HeloCost
  /** No host name and no address literal: a space, a NUL, 300 characters, digits only. @default 3 */
  readonly malformed?: HeloCost
  /** `192.0.2.1` in place of `[192.0.2.1]` (RFC 5321 §4.1.3). @default 3 */
  readonly bareAddress?: HeloCost
  /** An address literal that is not the client's address. @default 3 */
  readonly otherAddress?: HeloCost
  /** A name without a dot, as `localhost`. @default 2 */
  readonly unqualified?: HeloCost
  /** A name that has neither address nor MX. @default 2 */
  readonly unresolvable?: HeloCost
  /**
   * A name that is made of the client's address, or that a rented machine has before it is named. `rdns` charges it
   * where it is also the client's reverse name. @default 1.5
   */
  readonly generic?: HeloCost
  /**
   * A name of another organisation: neither reverse DNS nor the name's addresses lead to the client, and the client has
   * written the message itself. @default 1
   */
  readonly otherOrganisation?: HeloCost
}

/** @internal */
export const ownName = check<string>(
  'a host name or an IP address; correct or remove it',
  text => typeof text === 'string' && readOwn(text) !== undefined,
)

/** @internal */
export const heloSchema = schemaOf<HeloOptions>('helo', {
  own: list(ownName, 'host names and addresses'),
  impostor: cost('reject'),
  malformed: cost('reject'),
  bareAddress: cost('reject'),
  otherAddress: cost('reject'),
  unqualified: cost('reject'),
  unresolvable: cost('reject'),
  generic: cost('reject'),
  otherOrganisation: cost('reject'),
})

/**
 * Judges the name that the client gives at `helo`. Whether the name exists is asked there and judged at `mail`, unless
 * that alone refuses; whose name it is, is judged at `header`. It is for mail from other servers: mail programs of
 * people give any name, so let them use another port, or wrap this filter in `unless`. A failure of DNS costs nothing.
 *
 * @throws PosternError when a name or a number of points is wrong
 * @example
 * helo({ own: ['mx.example.org', '192.0.2.1'], malformed: 'reject' })
 */
export function helo(options: HeloOptions = {}): Filter {
  return new HeloPolicy(withDefaults('helo', DEFAULTS, checked(heloSchema, options))).filter()
}

const DEFAULTS: Readonly<Required<HeloOptions>> = {
  own: [],
  impostor: 'reject',
  malformed: 3,
  bareAddress: 3,
  otherAddress: 3,
  unqualified: 2,
  unresolvable: 2,
  generic: 1.5,
  otherOrganisation: 1,
}

class HeloPolicy {
  readonly #costs: Readonly<Required<HeloOptions>>
  readonly #own: ReadonlySet<string>
  /** Whether what DNS says about the name is judged at `mail`. */
  readonly #waits: boolean

  constructor(costs: Readonly<Required<HeloOptions>>) {
    this.#costs = costs
    this.#own = new Set(costs.own.flatMap(text => readOwn(text) ?? []))
    this.#waits = costs.unresolvable !== 'reject'
  }

  filter(): Filter {
    return {
      name: 'helo',
      checks: 'identity',
      helo: greeting => {
        const found = this.#judgeForm(greeting)
        if (found !== 'host') return found
        if (!this.#waits) return this.#judgeHost(greeting)
        if (!isKnown(greeting)) askEarly(greeting, heloHost)
      },
      mail: (transaction): MaybePromise<Findings> => {
        const isOrdinary = isKnown(transaction) || !this.#waits
        const made = isGenericGreeting(transaction)
        if ((isOrdinary && !made) || this.#judgeForm(transaction) !== 'host') return undefined
        return this.#judgeName(transaction, { exists: !isOrdinary, made })
      },
      header: (header): MaybePromise<Findings> =>
        isDirect(header.header) && this.#judgeForm(header) === 'host' && this.#judgeOwner(header),
    }
  }

  /** What the greeting itself shows. 'host': a name that has to exist. */
  #judgeForm({ ip, helo: greeted }: Greeting): Findings | 'host' {
    const costs = this.#costs
    // Without the client's address the name cannot be compared.
    if (ip === undefined || greeted === undefined) return
    const literal = literalAddress(greeted)
    const address = literal ?? canonical(greeted)
    const name = address === undefined ? hostName(greeted) : undefined
    const given = address ?? name
    if (given === undefined) {
      return finding(costs.malformed, 'malformed', `${ip} greets with neither a host name nor an address literal`)
    }
    if (this.#own.has(given) && !isOurselves(ip, this.#own)) {
      return finding(costs.impostor, 'impostor', `${ip} greets as ${given}, which is this server's own`)
    }
    if (literal !== undefined) {
      return (
        literal !== ip && finding(costs.otherAddress, 'other-address', `${ip} greets with the address of ${literal}`)
      )
    }
    if (address !== undefined) {
      return finding(costs.bareAddress, 'bare-address', `${ip} greets with the bare address ${address}`)
    }
    if (!given.includes('.')) {
      return finding(costs.unqualified, 'unqualified', `${ip} greets as ${given}, which is not a full host name`)
    }
    return 'host'
  }

  /** A name is charged once: a generic name that does not exist costs what the missing name costs. */
  async #judgeName(greeting: Greeting, asked: { readonly exists: boolean; readonly made: boolean }): Promise<Findings> {
    const missing = asked.exists && (await this.#judgeHost(greeting))
    return missing || (asked.made && this.#judgeGeneric(greeting))
  }

  async #judgeHost(greeting: Greeting): Promise<Findings> {
    const { ip, helo: greeted = '' } = greeting
    const reason = `${ip} greets as ${queryName(greeted)}, which has neither address nor MX`
    const found = await greeting.ask(heloHost)
    return found === 'unresolvable' && finding(this.#costs.unresolvable, 'unresolvable', reason)
  }

  async #judgeGeneric(greeting: Greeting): Promise<Findings> {
    const { ip = '', helo: greeted = '' } = greeting
    const { confirmed } = await greeting.ask(rdns)
    // One name is charged once: `rdns` has a rule for it.
    const isCharged = confirmed.every(name => isGeneric(name, ip)) && confirmed.includes(queryName(greeted) ?? '')
    const reason = `${ip} greets with the generic name ${queryName(greeted)}`
    return !isCharged && finding(this.#costs.generic, 'generic', reason)
  }

  async #judgeOwner(greeting: Greeting): Promise<Findings> {
    const { ip = '', helo: greeted = '' } = greeting
    const isOther = (await greeting.ask(heloOwner)) === 'other' && (await greeting.ask(heloHost)) === 'resolvable'
    const name = queryName(greeted)
    const reason = `${ip} greets as ${name}, which is another organisation's, and has written the message itself`
    return isOther && finding(this.#costs.otherOrganisation, 'other-organisation', reason)
  }
}

const isGenericGreeting = ({ ip, helo: greeted }: Greeting): boolean =>
  ip !== undefined && greeted !== undefined && isGeneric(queryName(greeted) ?? '', ip)

const finding = (cost: HeloCost, rule: string, reason: string): Finding | false =>
  findingFor(cost, '5.7.1', reason, { rule })

/** The address in `[192.0.2.1]` or `[IPv6:2001:db8::1]`, in its canonical form. */
function literalAddress(text: string): string | undefined {
  if (!text.startsWith('[') || !text.endsWith(']')) return undefined
  const inside = text.slice(1, -1)
  return canonical(/^ipv6:/i.test(inside) ? inside.slice('ipv6:'.length) : inside)
}

function hostName(text: string): string | undefined {
  const name = queryName(text)
  // No top-level domain is all digits (RFC 3696 §2): `1.2.3` is a broken address.
  return name === undefined || /(?:^|\.)\d+$/.test(name) ? undefined : name
}

/** This machine may give its own name to itself. */
const isOurselves = (ip: string, ours: ReadonlySet<string>): boolean =>
  ours.has(ip) || ip === '::1' || ip.startsWith('127.')

/** Whether the cache has an address of the name. */
const isKnown = ({ dns, helo: name }: Greeting): boolean =>
  name !== undefined && dns.known?.(name, 'A')?.kind === 'answer'

const readOwn = (text: string): string | undefined =>
  literalAddress(text) ?? canonical(text) ?? hostName(domainOf(text))
