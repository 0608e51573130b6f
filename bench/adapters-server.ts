/** One of our adapters under measurement, in a separate process: says where it listens. */
import type { AddressInfo, Server } from 'node:net'
import { milter } from '../src/adapters/milter/index.ts'
import { rspamd } from '../src/adapters/rspamd/index.ts'
import { resolver } from '../src/dns/index.ts'
import { recommended } from '../src/filters/index.ts'
import { type Gateway, postern } from '../src/index.ts'

export type Adapter = 'milter' | 'http'

/** The same for every adapter. Without the limits of rates: all that is sent here comes from one client. */
export const gatewayFor = (server: string): Gateway =>
  postern({
    name: 'mx.example.net',
    dns: resolver({ servers: [server] }),
    filters: recommended({ domains: ['example.net'] }).filter(({ name }) => name !== 'rate-limit'),
  })

const adapters: Readonly<Record<Adapter, (gateway: Gateway) => Server>> = { milter, http: rspamd }

if (import.meta.main) {
  process.once('message', ({ adapter, dns }: { readonly adapter: Adapter; readonly dns: string }) => {
    const server = adapters[adapter](gatewayFor(dns))
    server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
  })
  process.on('disconnect', () => process.exit())
}
