/** A relay: SMTP in, judged by postern, and out to one next hop or into a Maildir, all in one transaction. */

import { getServers } from 'node:dns'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { resolver } from '../dns/index.ts'
import { type Notice, postern, systemClock } from '../index.ts'
import { loadMeter } from '../load/index.ts'
import type { Metric } from '../observe/index.ts'
import type { Clock, Notify } from '../types.ts'
import { placeText } from './config/addresses.ts'
import type { RelayOptions } from './config/options.ts'
import { type Deliver, deliverer, type Means } from './delivery/deliver.ts'
import { once } from './delivery/once.ts'
import { relayFilters } from './filters.ts'
import { findClamd } from './find-clamd.ts'
import { openListener } from './listener.ts'
import { metricsAt, serveMetrics } from './metrics.ts'
import { jsonLine, noticeLine, type Start } from './report.ts'
import { serveRspamd } from './rspamd.ts'
import { openStore } from './stores.ts'

export interface Effects extends Partial<Omit<Means, 'name'>> {
  /** Takes one line for each session. */
  readonly log: (line: string) => void
  /** Takes lines for a person: what changes for all clients. */
  readonly tell: (lines: string) => void
  /** Stands in the line of each session. @default nothing: there is one process */
  readonly worker?: number
  /** @default the system's clock */
  readonly clock?: Clock
}

export interface Relay {
  readonly port: number
  /** Where `/metrics` is served, if it is. */
  readonly metricsPort?: number
  /** What it does, for a person. */
  readonly start: Start
  readonly metrics: () => readonly Metric[]
  /** Takes no new client, lets transactions end, then hangs up on the rest with 421. */
  readonly close: () => Promise<void>
}

/** Starts to listen. @throws PosternError for wrong options; an error of the system if the port is taken */
export async function startRelay(options: RelayOptions, effects: Effects): Promise<Relay> {
  const { log, tell, worker, clock = systemClock, ...means } = effects
  const { name = hostname() } = options
  const notify: Notify = notice => tell(noticeLine(notice))
  const scanner = await findClamd(options.clamd)
  const remembered = await openStore(options.store, options.workers * options.relays, notify)
  const { nextHop } = options
  const load = loadMeter({ notify, clock })
  const sent = remembered.store ? undefined : await openStore(sentIn(options), 1, notify, '2s')
  const deliver = once(await deliverer(options, { load, notify, ...means, name }), sent?.store ?? remembered.store)
  if (nextHop && !name.includes('.')) notify(oneWord(name))
  const took = (ms: number) => load.recordLatency('dns', ms)
  const gateway = postern({
    filters: relayFilters({ options, name, scanner: scanner.filters }),
    name,
    load,
    clock,
    notify,
    ...(options.trustedNetworks && { trustedNetworks: options.trustedNetworks }),
    forwarders: options.forwarders,
    mode: options.enforce ? 'enforce' : 'shadow',
    dns: resolver(options.dns.length > 0 ? { servers: options.dns, onLatency: took } : { onLatency: took }),
    log: entry => log(jsonLine(worker === undefined ? entry : { worker, ...entry })),
    ...(remembered.store && { store: remembered.store }),
  })
  const timed: Deliver = async (outcome, arrival) => {
    const since = clock.monotonic()
    const answer = await deliver(outcome, arrival)
    load.recordLatency(nextHop ? 'next-hop' : 'disk', clock.monotonic() - since)
    return answer
  }
  const listener = await openListener(options, { gateway, deliver: timed, name })
  const served = options.metrics && (await serveMetrics(options.metrics, gateway.metrics))
  // One of several workers takes lessons for all: they are shared by the store.
  const lessons = options.rspamd && (worker ?? 1) === 1 ? await serveRspamd(options.rspamd, gateway) : undefined
  return {
    port: listener.port,
    metrics: gateway.metrics,
    start: {
      listens: `${placeText({ host: options.listen.host, port: listener.port })} as ${name}`,
      delivers: nextHop
        ? `${nextHop.protocol} ${nextHop.host}:${nextHop.port}, TLS ${nextHop.tls}`
        : `Maildir ${resolve(options.maildir)}`,
      clamd: scanner.report,
      dns: (options.dns.length > 0 ? options.dns : getServers()).join(', '),
      ...(remembered.store && { remembers: remembered.report }),
      ...(served && options.metrics && { metrics: metricsAt(options.metrics, served.port) }),
      ...(lessons && { rspamd: placeText({ host: lessons.host, port: lessons.port }) }),
      enforce: options.enforce,
    },
    ...(served && { metricsPort: served.port }),
    close: async () => {
      await listener.close()
      await gateway.close()
      await served?.close()
      lessons?.close()
      await remembered.close()
      await sent?.close()
    },
  }
}

/** What was delivered is noted where a restart finds it, even if nothing else is remembered. */
const sentIn = ({ maildir }: RelayOptions) => ({ kind: 'sqlite', file: join(maildir, 'delivered.db') }) as const

/** RFC 5321 §4.1.4: whoever greets gives a full name. */
const oneWord = (name: string): Notice => ({
  code: 'relay/name',
  reason: `the host name ${name} is not fully qualified: the next server is greeted with an address; give --name NAME`,
  level: 'warning',
})
