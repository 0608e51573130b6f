/** What the doctor connects to: listeners and next hops of the configuration. */
import type { CertifiedListener } from '../../doctor/certificate.ts'
import type { HopHost } from '../../doctor/next-hop.ts'
import { networkTable, readNetwork } from '../../net/networks.ts'
import { hostPortText } from '../config/addresses.ts'
import type { ListenerOptions, RelayOptions } from '../config/options.ts'
import { hopSettings } from '../delivery/hop/settings.ts'
import type { SigningKey } from '../delivery/types.ts'

export function reachableListeners({ listeners }: RelayOptions): readonly CertifiedListener[] {
  return listeners.map(listener => {
    const { at, protocol, implicitTls, tls } = listener
    const reached = placeOf(listener)
    const text = at === 'systemd' ? at : 'path' in at ? at.path : hostPortText(at)
    return { text, protocol, implicitTls, ...(reached && { at: reached }), ...(tls && { files: tls.files }) }
  })
}

const LOOPBACK: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' }

/** Undefined where this machine cannot see what others see. */
function placeOf({ at, proxies }: ListenerOptions): CertifiedListener['at'] {
  if (at === 'systemd') return undefined
  if ('path' in at) return at
  const host = LOOPBACK[at.host] ?? at.host
  // It would wait for a PROXY header from us.
  const isProxy = (proxies.header ?? []).some(text => holds(text, host))
  return at.port === 0 || isProxy ? undefined : { host, port: at.port }
}

function holds(text: string, ip: string): boolean {
  const network = readNetwork(text)
  return 'words' in network && networkTable([network]).find(ip) >= 0
}

export function hopHosts({ routes, name }: RelayOptions): readonly HopHost[] {
  const found = new Map<string, HopHost>()
  for (const { nextHop, domains = [] } of routes) {
    if (nextHop === undefined) continue
    const { hosts, protocol, ca } = hopSettings(nextHop, name)
    for (const { address, tls } of hosts) {
      const at = address.kind === 'unix' ? { path: address.path } : { host: address.host, port: address.port }
      const ours = [...(found.get(address.text)?.domains ?? []), ...domains.filter(domain => !domain.startsWith('.'))]
      found.set(address.text, { text: address.text, at, protocol, tls, domains: ours, ...(ca !== undefined && { ca }) })
    }
  }
  return [...found.values()]
}

/** Every key with which we sign or seal, once. */
export function signingKeys({ routes, mail, reports }: RelayOptions): readonly SigningKey[] {
  const hops = [...routes.map(({ nextHop }) => nextHop), mail?.nextHop, reports?.send?.nextHop]
  const keys = [mail?.dkim, ...hops.flatMap(hop => [hop?.dkim, hop?.arc])].filter(key => key !== undefined)
  return [...new Map(keys.map(key => [`${key.selector}._domainkey.${key.domain}\n${key.key}`, key])).values()]
}
