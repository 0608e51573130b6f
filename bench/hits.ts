/** The rules that fire on a message, and its decision: `recommended` without limits, and all content filters. */
import { Readable } from 'node:stream'
import { contentFilters } from '../src/filters/content/content-filters.ts'
import { type RuleId, ruleSets } from '../src/filters/content/rule-sets.ts'
import { recommended } from '../src/filters/index.ts'
import { type Decision, type Filter, type Gateway, postern } from '../src/index.ts'
import { zone } from '../src/testing/zone.ts'

/** A DNS without SPF, DKIM and DMARC, and with a host name for the client. */
const dns = zone({ 'client.example.net': { A: '192.0.2.1' }, '1.2.0.192.in-addr.arpa': { PTR: 'client.example.net' } })

/** Filters that depend on the environment of the measurement and not on the message. */
const ENVIRONMENT_FILTERS = new Set(['rate-limit', 'rdns', 'helo', 'sender-domain', 'spf', 'dkim', 'dmarc', 'bulk'])

export interface GatewayOptions {
  /** Every rule costs one point, so that all rules that fire are reported. @default false */
  readonly equal?: boolean
  /** Additional filters. @default none */
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
  ].filter(({ name }) => !ENVIRONMENT_FILTERS.has(name))
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
