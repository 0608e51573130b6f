/**
 * What the relay reports over HTTP: `/metrics` for Prometheus, `/health` for a supervisor, `/ready` for a load
 * balancer. There is no authentication: let it listen where only your own programs can connect.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Metric, PROMETHEUS_TYPE, prometheus } from '../observe/index.ts'
import { type HostPort, hostPortText } from './config/addresses.ts'

export interface StatusServer {
  readonly port: number
  readonly close: () => Promise<void>
}

export interface Status {
  readonly metrics: () => readonly Metric[] | Promise<readonly Metric[]>
  /** Why no mail is accepted now; undefined when it is. */
  readonly whyNotReady: () => string | undefined
  /** A line about what runs beside mail; mail is healthy whatever it says. */
  readonly beside: () => string | undefined
}

/** @throws an error of the system if the port is taken */
export async function serveStatus({ host, port }: HostPort, status: Status): Promise<StatusServer> {
  // Node checks its timeouts every half a minute unless this option is given.
  const limits = { requestTimeout: 5_000, headersTimeout: 5_000, connectionsCheckingInterval: 1_000 }
  const server = createServer(limits, async ({ method, url }, response) => {
    const text = { 'Content-Type': 'text/plain; charset=utf-8' }
    if (method !== 'GET' && method !== 'HEAD') response.writeHead(405, { Allow: 'GET, HEAD' }).end()
    else if (url === '/health') response.writeHead(200, text).end(healthText(status))
    else if (url === '/ready') {
      const reason = status.whyNotReady()
      response.writeHead(reason === undefined ? 200 : 503, text).end(`${reason ?? 'ok'}\n`)
    } else if (url === '/metrics') {
      try {
        const body = prometheus(await status.metrics())
        response.writeHead(200, { 'Content-Type': PROMETHEUS_TYPE }).end(body)
      } catch {
        response.writeHead(500).end()
      }
    } else response.writeHead(404).end()
  })
  server.maxConnections = 20
  server.listen(port, host)
  await once(server, 'listening')
  // A connection that cannot be accepted, for want of descriptors, is lost; the others go on.
  server.on('error', () => undefined)
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

const healthText = ({ beside }: Status): string => ['ok', beside(), ''].filter(line => line !== undefined).join('\n')

/** Where it is read, for a person. */
export const statusUrl = ({ host }: HostPort, port: number): string => `http://${hostPortText({ host, port })}/metrics`

/** One value under one name. */
export const single = (name: string, type: 'counter' | 'gauge', help: string, value: number): Metric => ({
  name,
  help,
  type,
  samples: [{ value }],
})
