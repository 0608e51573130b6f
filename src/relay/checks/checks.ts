/** The checks of the doctor for a configuration of the relay. What the configuration does not have is not looked at. */
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname } from 'node:path'
import { resolver } from '../../dns/index.ts'
import { certificates } from '../../doctor/certificate.ts'
import { clamd } from '../../doctor/clamd.ts'
import { clock } from '../../doctor/clock.ts'
import { database } from '../../doctor/database.ts'
import { descriptors } from '../../doctor/descriptors.ts'
import { disk } from '../../doctor/disk.ts'
import { dkim } from '../../doctor/dkim.ts'
import { dnsLists } from '../../doctor/dns-lists.ts'
import { dnsServers } from '../../doctor/dns-servers.ts'
import { domainChecks } from '../../doctor/domains.ts'
import { folder } from '../../doctor/folder.ts'
import { hostName } from '../../doctor/host-name.ts'
import { fetchPolicy } from '../../doctor/mta-sts.ts'
import { nextHop } from '../../doctor/next-hop.ts'
import { nodeVersion } from '../../doctor/node-version.ts'
import { port25 } from '../../doctor/port-25.ts'
import type { Check } from '../../doctor/run.ts'
import { sourceAddresses } from '../../doctor/sources.ts'
import { type StoreCheckOptions, store } from '../../doctor/store.ts'
import { version } from '../../filters/clamav/clamd.ts'
import { readZones } from '../../filters/dnsbl/zones.ts'
import { descriptorLimit } from '../../load/descriptors.ts'
import type { Resolver } from '../../model/resolver.ts'
import { describePlace } from '../../postgres/options.ts'
import { databaseState } from '../../postgres/probe.ts'
import { readHostPort } from '../config/addresses.ts'
import type { RelayOptions } from '../config/options.ts'
import { USUAL_SOCKET } from '../scanner.ts'
import { configuration } from './configuration.ts'
import { clockReferences, databasesOf, timeService } from './references.ts'
import { hopHosts, reachableListeners, signingKeys } from './targets.ts'
import { userOf } from './user.ts'

/** The oldest Node of `engines` in package.json. */
export const OLDEST_NODE = '22.19'

export interface ChecksOptions {
  readonly options: RelayOptions
  readonly dns: Resolver
  /** The servers that `dns` asks. */
  readonly servers: readonly string[]
  /** Opens the store without a fallback; absent where counts are in memory. */
  readonly openStore?: StoreCheckOptions['store']
  /** What the store is, for a person. */
  readonly storeText: string
}

export function checksOf(given: ChecksOptions): readonly Check[] {
  const { options } = given
  const { skip = [] } = typeof options.doctor === 'object' ? options.doctor : {}
  const all = [...networkChecks(given), ...serviceChecks(given), ...machineChecks(options)]
  return all.filter(({ name }) => !skip.includes(name))
}

function networkChecks({ options, dns, servers }: ChecksOptions): readonly Check[] {
  const { name, routes, filters, doctor } = options
  const domains = [...new Set(routes.flatMap(route => route.domains ?? []))].filter(domain => !domain.startsWith('.'))
  const lists = [
    ...(filters.dnsbl ? readZones(filters.dnsbl.zones, 'addresses') : []),
    ...(filters.uribl ? readZones(filters.uribl.zones, 'domains') : []),
  ]
  const outward = typeof doctor === 'object' && doctor.outward ? readHostPort(doctor.outward) : undefined
  const keys = signingKeys(options)
  const isNamed = name.includes('.') && !name.startsWith('[')
  return [
    dnsServers({ servers: servers.map(address => ({ address, dns: resolver({ servers: [address] }) })) }),
    ...(lists.length > 0 ? [dnsLists({ lists, dns })] : []),
    hostName({ name, dns, sources: sourceAddresses }),
    ...(isNamed ? [port25({ name, ...(outward && { outward }) })] : []),
    ...(domains.length > 0 ? domainChecks({ domains, name, dns, fetchText: fetchPolicy }) : []),
    ...(keys.length > 0 ? [dkim({ keys, dns })] : []),
    certificates({ name, listeners: reachableListeners(options), read: file => readFile(file, 'utf8'), now: Date.now }),
  ]
}

function serviceChecks({ options, openStore, storeText }: ChecksOptions): readonly Check[] {
  const { filters, name, log, quarantine } = options
  const user = userOf(options)
  const hosts = hopHosts(options)
  const folders = [
    ...(log.history && 'folder' in log.history ? [{ what: 'history', path: log.history.folder }] : []),
    ...(quarantine && 'folder' in quarantine ? [{ what: 'quarantine', path: quarantine.folder }] : []),
    ...maildirsOf(options).map(path => ({ what: 'maildir', path })),
  ]
  return [
    ...clamdChecks(filters.clamav),
    ...(openStore ? [store({ text: storeText, store: openStore })] : []),
    ...folders.map(found => folder({ folder: found, ...(user && { user }) })),
    ...databasesOf(options).map(({ what, at }) =>
      database({ what, text: describePlace(at), state: () => databaseState(at) }),
    ),
    ...(hosts.length > 0 ? [nextHop({ name, hosts })] : []),
  ]
}

/** Another scanner has no version that we know how to ask for. */
function clamdChecks(given: RelayOptions['filters']['clamav']): readonly Check[] {
  if (given === false || given?.scanner !== undefined) return []
  const { socket = USUAL_SOCKET, host = '127.0.0.1', port } = given ?? {}
  const address = port === undefined ? { path: socket } : { host, port }
  const text = port === undefined ? socket : `${host}:${port}`
  const ask = (signal: AbortSignal) => version(address, signal)
  return [clamd({ text, version: ask, isRequired: given !== undefined, now: Date.now })]
}

function machineChecks(options: RelayOptions): readonly Check[] {
  const { load, workers, store: place, log, quarantine } = options
  const paths = [
    ...maildirsOf(options),
    tmpdir(),
    ...(place !== 'memory' && 'file' in place ? [dirname(place.file)] : []),
    ...(log.file ? [dirname(log.file.path)] : []),
    ...(log.history && 'folder' in log.history ? [log.history.folder] : []),
    ...(quarantine && 'folder' in quarantine ? [quarantine.folder] : []),
  ]
  return [
    disk({ paths }),
    clock({ references: clockReferences(options), synchronised: timeService, now: Date.now }),
    descriptors({ sessions: Math.ceil(load.sessions / workers), limit: descriptorLimit() }),
    nodeVersion({ version: process.versions.node, oldest: OLDEST_NODE, now: Date.now }),
    configuration(options),
  ]
}

/** Notes of what was delivered are in the first, beside a next hop, too. */
const maildirsOf = ({ maildir, routes }: RelayOptions): readonly string[] => [
  ...new Set([maildir, ...routes.flatMap(route => route.maildir ?? [])]),
]
