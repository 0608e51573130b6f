/**
 * What the relay has counted, over HTTP for Prometheus. Nobody is asked who he is: let it listen where only you can
 * come.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Metric, PROMETHEUS_TYPE, prometheus } from '../observe/index.ts'
import { type Place, placeText } from './config/addresses.ts'

export interface MetricsServer {
  readonly port: number
  readonly close: () => Promise<void>
}

/** Answers `GET /metrics`. @throws an error of the system if the port is taken */
export async function serveMetrics(
  { host, port }: Place,
  read: () => readonly Metric[] | Promise<readonly Metric[]>,
): Promise<MetricsServer> {
  // Node looks at its time-outs every half a minute unless it is told to do so more often.
  const limits = { requestTimeout: 5_000, headersTimeout: 5_000, connectionsCheckingInterval: 1_000 }
  const server = createServer(limits, async ({ method, url }, response) => {
    if (url !== '/metrics' || (method !== 'GET' && method !== 'HEAD')) {
      response.writeHead(404).end()
      return
    }
    try {
      const body = prometheus(await read())
      response.writeHead(200, { 'Content-Type': PROMETHEUS_TYPE }).end(body)
    } catch {
      response.writeHead(500).end()
    }
  })
  server.maxConnections = 20
  server.listen(port, host)
  await once(server, 'listening')
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

/** Where it is read, for a person. */
export const metricsAt = ({ host }: Place, port: number): string => `http://${placeText({ host, port })}/metrics`

/** One value under one name. */
export const plain = (name: string, type: 'counter' | 'gauge', help: string, value: number): Metric => ({
  name,
  help,
  type,
  samples: [{ value }],
})
