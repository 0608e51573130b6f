/**
 * The options of the relay, read together from the command line and the environment; all that is wrong is told at once.
 */
import { join, resolve } from 'node:path'
import { PosternError } from '../../index.ts'
import type { Problem } from '../../types.ts'
import type { PemFiles } from '../tls/watch.ts'
import {
  type Hop,
  type Place,
  readHop,
  readPem,
  readPlace,
  readStore,
  type StorePlace,
  type Wrong,
} from './addresses.ts'
import { gather, type Name } from './command-line.ts'

export interface RelayOptions {
  /** Where the relay listens. @default 127.0.0.1:2525 */
  readonly listen: Place
  /** Our host name, in greetings and fields. @default the system's */
  readonly name?: string
  /** The domains that mail is taken for. @default all, as long as there is no next hop */
  readonly domains: readonly string[]
  /** Who gets the mail. @default nobody: it goes into `maildir` */
  readonly nextHop?: Hop
  /** The Maildir of what is delivered here, and of quarantine. @default ./mail */
  readonly maildir: string
  /** The socket of clamd, or its HOST:PORT. @default the usual socket, if clamd answers there */
  readonly clamd?: string
  /** Servers of DNS. @default the system's */
  readonly dns: readonly string[]
  /** How many processes share the port. @default 1 */
  readonly workers: number
  /** How many relays share the store: while it is away each holds its part of a limit. @default 1 */
  readonly relays: number
  /** Where limits are counted and senders remembered. @default memory; with several workers postern.db in `maildir` */
  readonly store: StorePlace
  /** The most sessions at once, of all workers together. @default 1000 */
  readonly sessions: number
  /** Networks of proxies whose PROXY header says who the client is. @default none */
  readonly proxies: readonly string[]
  /** Networks of whoever may say XCLIENT. @default none */
  readonly xclient: readonly string[]
  /** Networks of our own hosts. @default the loopback */
  readonly trustedNetworks?: readonly string[]
  /** Networks or names of servers that forward mail to us. @default none */
  readonly forwarders: readonly string[]
  /** Where `/metrics` is served over HTTP. @default nowhere */
  readonly metrics?: Place
  /** Where Rspamd's protocol is served: lessons for the classifier, and messages of other hosts. @default nowhere */
  readonly rspamd?: Place
  /** Where the classifier keeps what it learns. @default there is none */
  readonly classifier?: string
  /** Look at what messages hold: links, attachments, disguise, words. @default true */
  readonly content: boolean
  /** Ask those who are suspicious and new to come back. @default false */
  readonly greylist: boolean
  /** Remember what senders have a record of. @default true */
  readonly reputation: boolean
  /** Carry decisions out. @default false: they are only told */
  readonly enforce: boolean
  /** PEM of certificate and key for STARTTLS. @default self-made at every start */
  readonly tls?: PemFiles
}

/**
 * Every option is also a variable: `--next-hop` is POSTERN_NEXT_HOP; lists are separated by commas there. The command
 * line wins.
 *
 * @throws PosternError with every problem
 */
export function readOptions(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): RelayOptions {
  const problems: Problem[] = []
  const wrong: Wrong = (path, found, expected) => {
    problems.push({ path, found, expected, remedy: `give ${path} ${expected}` })
    return undefined
  }
  const given = gather(args, environment, problems)
  const last = (name: Name): string | undefined => given.get(name)?.at(-1)
  const isOn = (name: 'content' | 'greylist' | 'reputation' | 'enforce', otherwise: boolean): boolean => {
    const said = last(name)
    if (said !== undefined && !(said in TRUTH)) wrong(`--${name}`, said, 'no value, 1 or 0')
    return said === undefined ? otherwise : TRUTH[said] === true
  }
  const count = (name: 'workers' | 'relays' | 'sessions', otherwise: number, most: number): number => {
    const said = last(name) ?? String(otherwise)
    const found = /^\d{1,6}$/.test(said) ? Number(said) : 0
    if (found < 1 || found > most) wrong(`--${name}`, said, `a number from 1 to ${most}`)
    return found
  }

  const listen = readPlace(last('listen') ?? '127.0.0.1:2525', 0)
  if (!listen) wrong('--listen', last('listen'), 'HOST:PORT')
  const hop = last('next-hop')
  const tls = { tls: last('next-hop-tls'), ca: last('next-hop-ca') }
  const nextHop = hop === undefined ? undefined : readHop(hop, tls, wrong)
  const served = (name: 'metrics' | 'rspamd'): Place | undefined => {
    const said = last(name)
    const place = said === undefined ? undefined : readPlace(said, 0)
    if (said !== undefined && !place) wrong(`--${name}`, said, 'HOST:PORT')
    return place
  }
  const [metrics, rspamd] = [served('metrics'), served('rspamd')]
  const domains = given.get('domain') ?? []
  const trusted = readTrusted(given.get('trusted-network'), wrong)
  for (const domain of domains.filter(domain => !DOMAIN.test(domain))) wrong('--domain', domain, 'a domain name')
  if (hop !== undefined && domains.length === 0)
    wrong('--domain', undefined, 'at least one domain, or the relay would serve every spammer')
  const name = last('name')
  if (name !== undefined && !/^[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+$/i.test(name))
    wrong('--name', name, 'a full host name such as mx.example.org')
  for (const name of ['maildir', 'clamd', 'classifier'] as const)
    if (last(name) === '') wrong(`--${name}`, '', 'a path')
  const [greylist, reputation, content] = [isOn('greylist', false), isOn('reputation', true), isOn('content', true)]
  const enforce = isOn('enforce', false)
  const [workers, relays] = [count('workers', 1, 64), count('relays', 1, 1_000)]
  const sessions = count('sessions', 1_000, 100_000)
  const maildir = last('maildir') ?? 'mail'
  const store = readStore(last('store') ?? (workers > 1 ? join(maildir, 'postern.db') : 'memory'), wrong)
  if (workers > 1 && store?.kind === 'memory')
    wrong('--store', 'memory', 'a file or redis://HOST:PORT, which several workers can share')
  const pem = readTls(last('cert'), last('key'), wrong)
  if (problems.length > 0 || !listen || !store) throw new PosternError(problems)

  const [clamd, classifier] = [last('clamd'), last('classifier')]
  return {
    ...{
      listen,
      domains,
      maildir,
      dns: given.get('dns') ?? [],
      proxies: given.get('proxy') ?? [],
      xclient: given.get('xclient') ?? [],
      ...(trusted !== undefined && { trustedNetworks: trusted }),
      forwarders: given.get('forwarder') ?? [],
      workers,
      relays,
      store,
      sessions,
      content,
      greylist,
      reputation,
      enforce,
    },
    ...(name !== undefined && { name }),
    ...(metrics && { metrics }),
    ...(rspamd && { rspamd }),
    ...(classifier !== undefined && { classifier }),
    ...(nextHop && { nextHop }),
    ...(clamd !== undefined && { clamd }),
    ...(pem && { tls: pem }),
  }
}

const DOMAIN = /^\.?(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}$/i
const TRUTH: Readonly<Record<string, boolean>> = { '': true, 1: true, true: true, 0: false, false: false }

/** `none` stands for an empty list: the identity of every client is checked, on the loopback too. */
function readTrusted(networks: readonly string[] | undefined, wrong: Wrong): readonly string[] | undefined {
  if (!networks?.includes('none')) return networks
  if (networks.some(network => network !== 'none'))
    wrong('--trusted-network', networks.join(', '), 'networks, or none alone')
  return []
}

function readTls(cert: string | undefined, key: string | undefined, wrong: Wrong): RelayOptions['tls'] {
  if (cert === undefined && key === undefined) return undefined
  const [certificate, secret] = [readPem('--cert', cert, wrong), readPem('--key', key, wrong)]
  if (cert === undefined || certificate === undefined || key === undefined || secret === undefined) return undefined
  return { cert: certificate, key: secret, files: { cert: resolve(cert), key: resolve(key) } }
}
