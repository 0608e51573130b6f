/** Which rules fire on a message, and what it is judged: `recommended` without limits, and all content filters. */
import { Readable } from 'node:stream'
import { contentFilters } from '../src/filters/content/content-filters.ts'
import { type RuleId, ruleSets } from '../src/filters/content/rule-sets.ts'
import { recommended } from '../src/filters/index.ts'
import { type Decision, type Filter, type Gateway, postern } from '../src/index.ts'
import { zone } from '../src/testing/zone.ts'

/** Nothing is known of anybody: no SPF, no DKIM, no DMARC, and a client that has its name. */
const dns = zone({ 'client.example.net': { A: '192.0.2.1' }, '1.2.0.192.in-addr.arpa': { PTR: 'client.example.net' } })

/** Rules that look at the world of the measurement and not at the message. */
const OF_THE_WORLD = new Set(['rate-limit', 'rdns', 'helo', 'sender-domain', 'spf', 'dkim', 'dmarc', 'bulk'])

export interface GatewayOptions {
  /** Every rule costs one point, so that all that fire are told. @default false */
  readonly equal?: boolean
  /** Filters beside the rules. @default none */
  readonly beside?: readonly Filter[]
}

export function gatewayOf({ equal = false, beside = [] }: GatewayOptions = {}): Gateway {
  const points = Object.fromEntries(
    ruleSets()
      .flatMap(({ rules }) => Object.keys(rules))
      .map(id => [id, 1]),
  )
  const filters: readonly Filter[] = [
    ...recommended({ domains: ['example.org'] }),
    ...contentFilters(equal ? { points: points as Readonly<Record<RuleId, number>> } : {}),
    ...beside,
  ].filter(({ name }) => !OF_THE_WORLD.has(name))
  return postern({ name: 'mx.example.org', mode: 'shadow', filters, dns, trace: [] })
}

export async function judged(gateway: Gateway, bytes: Buffer): Promise<Decision> {
  const session = gateway.open({ ip: '192.0.2.1' })
  await session.connect()
  await session.helo('client.example.net')
  await session.mail('sender@example.net')
  await session.rcpt('bob@example.org')
  const outcome = await session.data(Readable.from([bytes]))
  session.close()
  return outcome
}
