/** What the relay runs with: the configuration with all defaults, checked, with its files read. */
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { PosternError, type Problem } from '../../model/errors.ts'
import { problemsOf } from '../../model/options.ts'
import type { ProxyOptions } from '../../smtp/proxies.ts'
import type { RouteOptions } from '../delivery/types.ts'
import type { PemFiles } from '../tls/watch.ts'
import { type HostPort, PEM_FILE, readHostPort, readPem } from './addresses.ts'
import { DEFAULT_ADDRESS, type Given, gather, type Name, override } from './command-line.ts'
import type { ConsoleConfig } from './console-config.ts'
import type { DigestConfig } from './digest-config.ts'
import type { QuarantineConfig } from './kept-types.ts'
import { wantsManagement } from './management-blocks.ts'
import type { ReportConfig, SummaryConfig } from './report-config.ts'
import { relaySchema } from './schema.ts'
import type {
  DoctorConfig,
  FilterConfig,
  LimitConfig,
  LoadConfig,
  LogConfig,
  MailConfig,
  PolicyConfig,
  RelayConfig,
  RelayThresholds,
  StoreConfig,
} from './types.ts'

/** One listener, with its files read. */
export interface ListenerOptions {
  /** A port, a Unix socket, or a socket that systemd hands over. */
  readonly at: HostPort | { readonly path: string } | 'systemd'
  readonly protocol: 'smtp' | 'lmtp'
  /** @default a self-signed certificate */
  readonly tls?: PemFiles
  readonly implicitTls: boolean
  readonly proxies: ProxyOptions
}

/** The configuration with its defaults, checked. */
export interface RelayOptions {
  readonly listeners: readonly ListenerOptions[]
  readonly name: string
  /** The name was given, and is not the system's. */
  readonly isNamed: boolean
  readonly authservId: string
  readonly routes: readonly RouteOptions[]
  /** Where notes of what was delivered are kept. */
  readonly maildir: string
  readonly trustedNetworks?: readonly string[]
  readonly forwarders: readonly string[]
  readonly enforce: boolean
  readonly thresholds: RelayThresholds
  readonly policies: readonly PolicyConfig[]
  readonly filters: FilterConfig
  readonly lists?: NonNullable<RelayConfig['lists']>
  readonly ownFilters: NonNullable<RelayConfig['ownFilters']>
  readonly dns: readonly string[]
  readonly store: StoreConfig
  readonly relays: number
  readonly workers: number
  readonly load: LoadConfig & { readonly sessions: number }
  readonly limits: LimitConfig
  readonly log: LogConfig
  readonly quarantine?: QuarantineConfig
  readonly alerts?: NonNullable<RelayConfig['alerts']>
  readonly doctor?: DoctorConfig | boolean
  readonly mail?: MailConfig
  readonly console?: ConsoleConfig
  readonly digest?: DigestConfig
  readonly reports?: ReportConfig
  readonly summary?: SummaryConfig
  readonly metrics?: HostPort
  readonly rspamd?: HostPort
  readonly user?: string
  readonly group?: string
}

/** Where the configuration comes from, apart from its file. */
export interface Sources {
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** A configuration and what stands over it. */
export interface Effective {
  /** With all defaults. */
  readonly config: RelayConfig
  readonly options: RelayOptions
}

/**
 * Reads command line and environment alone.
 *
 * @throws PosternError with every problem
 */
export const readOptions = (args: readonly string[], environment: Sources['environment']): RelayOptions =>
  effective({}, { args, environment }).options

/**
 * Puts command line and environment over a configuration, and all defaults under it.
 *
 * @throws PosternError with every problem
 */
export function effective(file: RelayConfig, { args, environment }: Sources): Effective {
  const problems: Problem[] = []
  const given = gather(args, environment, problems)
  const merged = override(file, given, problems)
  problems.push(...problemsOf(relaySchema, merged).map(problem => named(problem, given)))
  // Defaults are put, and files are read, only where the schema has found what can be read.
  if (problems.some(({ expected }) => expected !== PEM_FILE)) throw new PosternError(problems)
  const config = withDefaults(merged)
  const options = optionsOf(config, problem => problems.push(named(problem, given)))
  if (problems.length > 0) throw new PosternError(problems)
  return { config, options: { ...options, isNamed: merged.name !== undefined } }
}

function withDefaults(config: RelayConfig): RelayConfig {
  const { workers = 1, maildir = 'mail', name = hostname() } = config
  return {
    name,
    authservId: name,
    ...(config.routes === undefined && { domains: [] }),
    maildir,
    forwarders: [],
    mode: 'shadow',
    policies: [],
    dns: [],
    store: workers > 1 || wantsManagement(config) ? { file: join(maildir, 'postern.db') } : 'memory',
    relays: 1,
    workers,
    metrics: false,
    rspamd: false,
    ...config,
    listeners: (config.listeners ?? [{ address: DEFAULT_ADDRESS }]).map(listener => ({
      protocol: 'smtp',
      implicitTls: false,
      ...listener,
    })),
    // The default of `tag` follows `quarantine`: it stays open, so that a lower quarantine needs no other tag.
    thresholds: { quarantine: 6, reject: 15, rejectAt: 'rcpt', ...config.thresholds },
    filters: {
      content: true,
      lists: true,
      reputation: true,
      knownSender: true,
      greylist: false,
      classify: false,
      ...config.filters,
    },
    load: { sessions: 2_000, ...config.load },
    log: { stdout: true, ...config.log },
    limits: { size: '25mb', ...config.limits },
  }
}

/** @param wrong takes what only shows when files are read */
function optionsOf(config: RelayConfig, wrong: (problem: Problem) => void): Omit<RelayOptions, 'isNamed'> {
  const { name = '', maildir = 'mail', listeners = [], lists, user, group, ...rest } = config
  const pem = (path: string, file: string): string => {
    const text = readPem(file)
    if (text === undefined) {
      const expected = PEM_FILE
      wrong({ path, found: file, expected, remedy: 'name the right file, and let the process read it' })
    }
    return text ?? ''
  }
  const [metrics, rspamd] = [rest.metrics, rest.rspamd].map(text => (text ? readHostPort(text, 0) : undefined))
  return {
    listeners: listeners.map(({ address, protocol = 'smtp', tls, implicitTls = false, proxies = {} }, index) => ({
      at: address === 'systemd' ? address : (readHostPort(address, 0) ?? { path: address }),
      protocol,
      implicitTls,
      proxies,
      ...(tls && {
        tls: {
          cert: pem(`listeners[${index}].tls.cert`, tls.cert),
          key: pem(`listeners[${index}].tls.key`, tls.key),
          files: { cert: resolve(tls.cert), key: resolve(tls.key) },
        },
      }),
    })),
    name,
    authservId: config.authservId ?? name,
    routes: routesOf(config),
    maildir,
    forwarders: rest.forwarders ?? [],
    enforce: rest.mode === 'enforce',
    thresholds: rest.thresholds ?? {},
    policies: rest.policies ?? [],
    filters: rest.filters ?? {},
    ownFilters: rest.ownFilters ?? [],
    dns: rest.dns ?? [],
    store: rest.store ?? 'memory',
    relays: rest.relays ?? 1,
    workers: rest.workers ?? 1,
    load: { sessions: 2_000, ...rest.load },
    limits: rest.limits ?? {},
    log: rest.log ?? {},
    ...(config.trustedNetworks && { trustedNetworks: config.trustedNetworks }),
    ...(lists && { lists }),
    ...(rest.quarantine && { quarantine: rest.quarantine }),
    ...(rest.alerts && { alerts: rest.alerts }),
    ...(rest.doctor !== undefined && { doctor: rest.doctor }),
    ...(rest.mail && { mail: rest.mail }),
    ...(rest.console && { console: rest.console }),
    ...(rest.digest && { digest: rest.digest }),
    ...(rest.reports && { reports: rest.reports }),
    ...(rest.summary && { summary: rest.summary }),
    ...(metrics && { metrics }),
    ...(rspamd && { rspamd }),
    ...(user !== undefined && { user }),
    ...(group !== undefined && { group }),
  }
}

/** The routes, or a single route of `domains`, `nextHop`, `recipients` and `maildir`. */
function routesOf({
  routes,
  domains = [],
  nextHop,
  recipients,
  maildir = 'mail',
}: RelayConfig): readonly RouteOptions[] {
  if (routes !== undefined) return routes
  const target = nextHop === undefined ? { maildir } : { nextHop }
  return [{ ...target, ...(domains.length > 0 && { domains }), ...(recipients !== undefined && { recipients }) }]
}

/** Which option of the command line sets what stands at a path of the configuration. */
const flags: readonly (readonly [path: RegExp, flag: Name])[] = [
  [/^listeners\[\d+\]\.tls\.cert/, 'cert'],
  [/^listeners\[\d+\]\.tls\.key/, 'key'],
  [/^listeners\[\d+\]\.proxies\.header/, 'proxy'],
  [/^listeners\[\d+\]\.proxies\.xclient/, 'xclient'],
  [/^listeners/, 'listen'],
  [/^nextHop\.tls/, 'next-hop-tls'],
  [/^nextHop\.ca/, 'next-hop-ca'],
  [/^nextHop/, 'next-hop'],
  [/^trustedNetworks/, 'trusted-network'],
  [/^forwarders/, 'forwarder'],
  [/^load\.sessions/, 'sessions'],
  [/^filters\.clamav/, 'clamd'],
  [/^filters\.classify/, 'classifier'],
  [/^domains/, 'domain'],
  [/^(name|maildir|dns|store|relays|workers|metrics|rspamd|user|group)\b/, 'name'],
]

/** A problem of what the command line says is named by its option; without a configuration file so is every problem. */
function named(problem: Problem, given: Given): Problem {
  const [, flag] = flags.find(([path]) => path.test(problem.path)) ?? []
  const [word = ''] = /^\w+/.exec(problem.path) ?? []
  const name = flag === 'name' ? (word as Name) : flag
  if (name === undefined || (!given.has(name) && given.has('config'))) return problem
  return { ...problem, path: `--${name}`, remedy: `give --${name} ${problem.expected}` }
}
