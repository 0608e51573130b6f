/** The command line and the environment: which options there are, and the configuration that they make. */
import { parseArgs } from 'node:util'
import type { Problem } from '../../model/errors.ts'
import { nearest } from '../../model/nearest.ts'
import type { NextHopOptions, NextHopTls } from '../delivery/types.ts'
import { PEM_FILE, readPem } from './addresses.ts'
import type { FilterConfig, ListenerConfig, LoadConfig, RelayConfig, StoreConfig } from './types.ts'

/** Every option, and whether it has a value. */
export const known = {
  config: { type: 'string' },
  listen: { type: 'string' },
  name: { type: 'string' },
  domain: { type: 'string', multiple: true },
  'next-hop': { type: 'string' },
  'next-hop-tls': { type: 'string' },
  'next-hop-ca': { type: 'string' },
  maildir: { type: 'string' },
  clamd: { type: 'string' },
  dns: { type: 'string', multiple: true },
  proxy: { type: 'string', multiple: true },
  xclient: { type: 'string', multiple: true },
  'trusted-network': { type: 'string', multiple: true },
  forwarder: { type: 'string', multiple: true },
  workers: { type: 'string' },
  store: { type: 'string' },
  relays: { type: 'string' },
  sessions: { type: 'string' },
  metrics: { type: 'string' },
  rspamd: { type: 'string' },
  classifier: { type: 'string' },
  content: { type: 'boolean' },
  greylist: { type: 'boolean' },
  reputation: { type: 'boolean' },
  enforce: { type: 'boolean' },
  cert: { type: 'string' },
  key: { type: 'string' },
  user: { type: 'string' },
  group: { type: 'string' },
} as const

export type Name = keyof typeof known

/** The lines of `postern serve --help` about options. */
export const optionHelp = `  --config FILE           the configuration: .ts, .mts, .js, .mjs or .json (default: none)
  --listen HOST:PORT      where clients connect (default: 127.0.0.1:2525)
  --name NAME             the full host name, in greetings and fields (default: the system's)
  --domain NAME           a domain that mail is accepted for; may be given several times (default: all, without a next
                          hop)
  --next-hop HOST:PORT    the server that receives the mail, by SMTP; lmtp://HOST:PORT by LMTP (default: the Maildir)
  --next-hop-tls MODE     off, opportunistic, required, or verified by its certificate (default: opportunistic; off on
                          the loopback)
  --next-hop-ca FILE      PEM of the authorities that sign the next hop's certificate (default: those of Node)
  --maildir FOLDER        where mail is delivered without a next hop (default: ./mail)
  --clamd ADDRESS         the socket of clamd, or its HOST:PORT (default: the usual socket, once clamd answers there)
  --dns ADDRESS           a DNS server; may be given several times (default: the system's)
  --proxy NETWORK         a network of proxies whose PROXY header says who the client is; may be given several times
  --xclient NETWORK       the same for XCLIENT
  --trusted-network NETWORK
                          a network of our own hosts, whose identity is not checked; may be given several times;
                          none: the identity of all clients is checked (default: the loopback)
  --forwarder CLIENT      a network or name of a server that forwards mail to us; may be given several times
  --workers N             processes that share the port, the limits and the store (default: 1)
  --store STORE           where counts are kept: memory, a FILE of SQLite, or redis://HOST:PORT
                          (default: memory; for several workers postern.db in the Maildir)
  --relays N              relays that share the store: while it is down each has its part of a limit (default: 1)
  --sessions N            the most sessions at once, of all workers together (default: 2000)
  --metrics HOST:PORT     serves /metrics, /health and /ready (default: off)
  --rspamd HOST:PORT      serves Rspamd's protocol, for feedback (rspamc learn_spam) and other hosts (default: off)
  --classifier FOLDER     trains a classifier, and keeps it in FOLDER; see postern learn (default: off)
  --content=0             does not look at links, attachments, hidden text and words (default: it does)
  --greylist              defers suspicious clients that are new (default: off)
  --reputation=0          remembers no sender's record (default: it does)
  --enforce               carries decisions out (default: off, they are only logged)
  --cert FILE --key FILE  PEM for STARTTLS (default: self-signed, new at each start)
  --user NAME --group NAME
                          what the process becomes once its ports are bound (default: it stays what it is)

Every option is also a variable: --next-hop is POSTERN_NEXT_HOP; lists are separated by commas there. The command line
takes precedence over the environment, and both over the configuration.`

/** What is given for each option, in order. */
export type Given = ReadonlyMap<Name, readonly string[]>

/** Reads command line and environment; the command line takes precedence. */
export function gather(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  problems: Problem[],
): Given {
  const given = new Map<Name, readonly string[]>()
  for (const name of Object.keys(known) as Name[]) {
    const value = environment[`POSTERN_${name.toUpperCase().replaceAll('-', '_')}`]
    // In the environment an empty switch counts as not set.
    if (value !== undefined && (value !== '' || known[name].type === 'string'))
      given.set(name, 'multiple' in known[name] ? value.split(',').map(part => part.trim()) : [value])
  }
  const { tokens } = parseArgs({ args: [...args], options: known, strict: false, tokens: true })
  const said = new Map<Name, string[]>()
  for (const token of tokens) {
    if (token.kind === 'option' && Object.hasOwn(known, token.name)) {
      const name = token.name as Name
      if (known[name].type === 'string' && token.value === undefined)
        problems.push({
          path: token.rawName,
          found: undefined,
          expected: 'a value',
          remedy: 'write it behind the name',
        })
      else said.set(name, [...(said.get(name) ?? []), token.value ?? ''])
    } else {
      const found = token.kind === 'option' ? token.rawName : token.kind === 'positional' ? token.value : '--'
      const meant = token.kind === 'option' ? nearest(token.name, Object.keys(known)) : undefined
      const expected = 'an option of postern serve --help'
      const remedy = meant ? `did you mean --${meant}?` : `remove ${found}, or correct its spelling`
      problems.push({ path: 'command line', found, expected, remedy })
    }
  }
  for (const [name, values] of said) given.set(name, values)
  return given
}

const TRUTH: Readonly<Record<string, boolean>> = { '': true, 1: true, true: true, 0: false, false: false }

/** Says what is wrong with an option. */
type Wrong = (name: Name, found: unknown, expected: string) => undefined

/** Puts what was given over a configuration. Values keep their form: the schema checks them. */
export function override(config: RelayConfig, given: Given, problems: Problem[]): RelayConfig {
  const wrong: Wrong = (name, found, expected) => {
    problems.push({ path: `--${name}`, found, expected, remedy: `give --${name} ${expected}` })
    return undefined
  }
  const last = (name: Name): string | undefined => given.get(name)?.at(-1)
  const isOn = (name: 'content' | 'greylist' | 'reputation' | 'enforce'): boolean | undefined => {
    const said = last(name)
    return said === undefined ? undefined : (TRUTH[said] ?? wrong(name, said, 'no value, 1 or 0'))
  }
  const count = (name: 'workers' | 'relays' | 'sessions'): number | undefined => {
    const said = last(name)
    if (said === undefined) return undefined
    return /^\d{1,6}$/.test(said) ? Number(said) : wrong(name, said, 'a whole number')
  }
  const enforce = isOn('enforce')
  return withoutUndefined<RelayConfig>({
    ...config,
    listeners: listenersOf(config.listeners, given, wrong),
    name: last('name') ?? config.name,
    domains: given.get('domain') ?? config.domains,
    nextHop: nextHopOf(config.nextHop, given, wrong),
    maildir: last('maildir') ?? config.maildir,
    trustedNetworks: trustedOf(given.get('trusted-network'), wrong) ?? config.trustedNetworks,
    forwarders: given.get('forwarder') ?? config.forwarders,
    mode: enforce === undefined ? config.mode : enforce ? 'enforce' : 'shadow',
    filters: filtersOf(config.filters, given, isOn, wrong),
    dns: given.get('dns') ?? config.dns,
    store: storeOf(last('store'), wrong) ?? config.store,
    relays: count('relays') ?? config.relays,
    workers: count('workers') ?? config.workers,
    load: loadOf(config.load, count('sessions')),
    metrics: last('metrics') ?? config.metrics,
    rspamd: last('rspamd') ?? config.rspamd,
    user: last('user') ?? config.user,
    group: last('group') ?? config.group,
  })
}

/** `--listen` stands for one listener; the other options of listeners go to all. */
function listenersOf(
  listeners: RelayConfig['listeners'],
  given: Given,
  wrong: Wrong,
): readonly ListenerConfig[] | undefined {
  const [address, cert, key] = (['listen', 'cert', 'key'] as const).map(name => given.get(name)?.at(-1))
  const [header, xclient] = [given.get('proxy'), given.get('xclient')]
  if ((address ?? cert ?? key ?? header ?? xclient) === undefined || !isList(listeners)) return listeners
  if (cert !== undefined && key === undefined) wrong('key', key, 'a file in PEM, since --cert is given')
  if (key !== undefined && cert === undefined) wrong('cert', cert, 'a file in PEM, since --key is given')
  const [first = { address: DEFAULT_ADDRESS }] = listeners ?? []
  const chosen = address === undefined ? (listeners ?? [first]) : [{ ...first, address }]
  const tls = cert !== undefined && key !== undefined ? { cert, key } : undefined
  const proxies = withoutUndefined({ header, xclient })
  return chosen.map(listener => ({
    ...listener,
    ...(tls && { tls }),
    ...((header ?? xclient) && { proxies: { ...listener.proxies, ...proxies } }),
  }))
}

/** A wrong value of the file is left for the schema to name. */
const isList = (value: unknown): boolean => value === undefined || Array.isArray(value)

export const DEFAULT_ADDRESS = '127.0.0.1:2525'

/** `--next-hop` stands for one host; the other options go to the next hop of the configuration, too. */
function nextHopOf(nextHop: RelayConfig['nextHop'], given: Given, wrong: Wrong): NextHopOptions | undefined {
  const [said, tls, file] = (['next-hop', 'next-hop-tls', 'next-hop-ca'] as const).map(name => given.get(name)?.at(-1))
  const [, scheme, address = ''] = /^(?:(smtp|lmtp):\/\/)?(.*)$/s.exec(said ?? '') ?? []
  if ((said ?? tls ?? file) === undefined) return nextHop
  const base: NextHopOptions | undefined =
    said === undefined ? nextHop : { ...nextHop, hosts: [address], protocol: scheme === 'lmtp' ? 'lmtp' : 'smtp' }
  const ca = file === undefined ? undefined : (readPem(file) ?? wrong('next-hop-ca', file, PEM_FILE))
  if (base === undefined) return undefined
  return { ...base, ...(tls !== undefined && { tls: tls as NextHopTls }), ...(ca !== undefined && { ca }) }
}

/** `none` stands for an empty list: the identity of every client is checked, on the loopback too. */
function trustedOf(networks: readonly string[] | undefined, wrong: Wrong): readonly string[] | undefined {
  if (!networks?.includes('none')) return networks
  if (networks.some(network => network !== 'none'))
    return wrong('trusted-network', networks.join(', '), 'networks, or none alone')
  return []
}

function filtersOf(
  filters: FilterConfig | undefined,
  given: Given,
  isOn: (name: 'content' | 'greylist' | 'reputation') => boolean | undefined,
  wrong: Wrong,
): FilterConfig | undefined {
  const [content, greylist, reputation] = [isOn('content'), isOn('greylist'), isOn('reputation')]
  const [clamd, folder] = [given.get('clamd')?.at(-1), given.get('classifier')?.at(-1)]
  if (clamd === '') wrong('clamd', clamd, 'a path or HOST:PORT')
  if (folder === '') wrong('classifier', folder, 'a path')
  const said: FilterConfig = withoutUndefined<FilterConfig>({
    content,
    greylist,
    reputation,
    ...(reputation === false && { knownSender: false }),
    clamav: clamd ? clamavOf(clamd) : undefined,
    classify: folder ? { ...(filters?.classify || {}), folder } : undefined,
  })
  return Object.keys(said).length === 0 ? filters : { ...filters, ...said }
}

function clamavOf(address: string): NonNullable<FilterConfig['clamav']> {
  const [, host = '', port] = /^\[?([^\]/]+)\]?:(\d+)$/.exec(address) ?? []
  return port === undefined ? { socket: address } : { host, port: Number(port) }
}

function storeOf(text: string | undefined, wrong: Wrong): StoreConfig | undefined {
  return text === undefined ? undefined : (readStore(text) ?? wrong('store', shownStore(text), STORE))
}

const STORE = 'memory, a file, or redis://HOST:PORT'

const schemeOf = (text: string): string | undefined => /^([a-z]{2,10}):\/\//i.exec(text)?.[1]?.toLowerCase()

/** A wrong URL may hold a password. */
export function shownStore(text: string): string {
  const scheme = schemeOf(text)
  return scheme === undefined ? text : `${scheme}://…`
}

/** `memory`, the path of a file, `redis://…` or `rediss://…`. */
export function readStore(text: string): StoreConfig | undefined {
  if (text === 'memory') return text
  const scheme = schemeOf(text)
  if (scheme === 'redis' || scheme === 'rediss') return URL.canParse(text) ? { redis: { url: text } } : undefined
  return text !== '' && scheme === undefined ? { file: text } : undefined
}

const loadOf = (load: LoadConfig | undefined, sessions: number | undefined): LoadConfig | undefined =>
  sessions === undefined ? load : { ...load, sessions }

/** Keys without a value are left out. */
function withoutUndefined<T extends object>(value: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as T
}
