/** Rspamd's protocol beside the relay: feedback for its classifier, and answers for hosts that know no other. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { rspamd } from '../adapters/rspamd/index.ts'
import type { Gateway } from '../index.ts'
import type { HostPort } from './config/addresses.ts'

/** Feedback is accepted from this machine alone. @throws an error of the system if the port is taken */
export async function serveRspamd(
  { host, port }: HostPort,
  gateway: Gateway,
): Promise<HostPort & { readonly close: () => void }> {
  const server = rspamd(gateway)
  server.listen(port, host)
  await once(server, 'listening')
  // A connection that cannot be accepted, for want of descriptors, is lost; the others go on.
  server.on('error', () => undefined)
  return { host, port: (server.address() as AddressInfo).port, close: () => server.close() }
}
