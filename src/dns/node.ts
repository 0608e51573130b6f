/** The resolver that asks real servers: equal questions together, answers remembered, time bounded. */

import { callback, duration, having, size as sizeCheck, whole } from '../model/checks.ts'
import { lazy } from '../model/lazy.ts'
import { check, checked, list, object, schemaOf } from '../model/options.ts'
import type { Answer, Records, RecordType, ResolveOptions, Resolver } from '../model/resolver.ts'
import { type Clock, systemClock } from '../model/services.ts'
import { type Duration, type Size, toBytes, toMilliseconds } from '../model/units.ts'
import { isAddress } from '../net/address.ts'
import { badName, failure, unlessAborted } from './answer.ts'
import { type Cache, cache as newCache } from './cache.ts'
import { client } from './client.ts'
import { lookup, type Timed } from './lookup.ts'
import { queryName } from './name.ts'
import type { Server } from './transport.ts'

export interface ResolverOptions {
  /** Whom to ask, as `192.0.2.53` or `[2001:db8::53]:5353`; best a caching, validating resolver of your own. @default the system's servers */
  readonly servers?: readonly string[]
  /** How long one question may take in all, retries included. @default '1.5s' */
  readonly timeout?: Duration
  /** How many different questions may be on their way at once; more fail as `unreachable`. @default 1000 */
  readonly maxConcurrent?: number
  /** What is remembered, and for how long. */
  readonly cache?: CacheOptions
  /** Hears how many milliseconds each question took that was not answered from memory. @default nobody */
  readonly onLatency?: (ms: number) => void
  /** Tells the time. @default the system's clock */
  readonly clock?: Clock
}

export interface CacheOptions {
  /** How many answers are kept; 0 keeps none. @default 10_000 */
  readonly entries?: number
  /** How much they may hold in all. @default '16mb' */
  readonly size?: Size
  /** The longest life of an answer, whatever its TTL says. @default '1h' */
  readonly maxTtl?: Duration
  /** The life of a "there is none" whose server does not say how long that holds (RFC 2308 §5). @default '60s' */
  readonly negativeTtl?: Duration
  /** The life of a failure, so that a dead server is not asked by every session. @default '2s' */
  readonly failureTtl?: Duration
}

const aServer = check<string>(
  'the address of a DNS server, as 192.0.2.53 or [2001:db8::53]:5353; write its IP address, not its name',
  isServer,
)

const schema = schemaOf<ResolverOptions>('dns', {
  servers: list(aServer, 'addresses of DNS servers', { min: 1 }),
  timeout: duration({ min: '1ms' }),
  maxConcurrent: whole({ min: 1 }),
  cache: object<CacheOptions>(
    { entries: whole(), size: sizeCheck(), maxTtl: duration(), negativeTtl: duration(), failureTtl: duration() },
    'cache',
  ),
  onLatency: callback(),
  clock: having('a clock', 'now', 'monotonic', 'after'),
})

/**
 * A resolver that asks the servers itself, over UDP and TCP.
 *
 * @example
 * const dns = resolver({ servers: ['127.0.0.1'] })
 * const answer = await dns.resolve('example.org', 'MX')
 * if (answer.kind === 'answer') console.log(answer.records)
 * @throws PosternError when an option is wrong.
 */
export function resolver(options: ResolverOptions = {}): Resolver {
  const {
    servers,
    timeout = '1.5s',
    maxConcurrent = 1_000,
    cache = {},
    onLatency,
    clock = systemClock,
  } = checked(schema, options)
  const { entries = 10_000, size = '16mb', maxTtl = '1h', negativeTtl = '60s', failureTtl: failed = '2s' } = cache
  const ms = toMilliseconds(timeout)
  const lives = {
    longest: toMilliseconds(maxTtl),
    untold: toMilliseconds(negativeTtl),
    failed: toMilliseconds(failed),
  }
  const memory: Cache = newCache({ entries, octets: toBytes(size), clock })
  const servant = client(serversOf(servers), { ms, clock })
  const asking = new Map<string, Promise<Answer<unknown>>>()

  const ask = <T extends RecordType>(key: string, name: string, type: T): Promise<Answer<Records[T]>> => {
    if (asking.size >= maxConcurrent) {
      return Promise.resolve(failure('unreachable', `${maxConcurrent} questions are on their way already`))
    }
    const since = clock.monotonic()
    const question = lookup(servant, name, type).then(timed => {
      onLatency?.(clock.monotonic() - since)
      memory.set(key, timed.answer, lifetime(timed, lives))
      asking.delete(key)
      return timed.answer
    })
    asking.set(key, question)
    return question
  }

  return {
    known: <T extends RecordType>(name: string, type: T) => {
      const query = queryName(name)
      return query === undefined ? undefined : (memory.get(`${type} ${query}`) as Answer<Records[T]> | undefined)
    },
    resolve: async <T extends RecordType>(name: string, type: T, options?: ResolveOptions) => {
      const query = queryName(name)
      if (query === undefined) return badName
      const key = `${type} ${query}`
      // The key begins with the type, so that what is found under it is of that type.
      const known = (memory.get(key) ?? asking.get(key)) as Promise<Answer<Records[T]>> | Answer<Records[T]> | undefined
      if (known !== undefined && 'kind' in known) return known
      return unlessAborted(known ?? ask(key, query, type), options?.signal)
    },
  }
}

function lifetime(
  { answer, ttl }: Timed<unknown>,
  { longest, untold, failed }: { readonly longest: number; readonly untold: number; readonly failed: number },
): number {
  if (answer.kind === 'failure') return failed
  return Math.min(ttl === undefined ? untold : ttl * 1_000, longest)
}

const dns = lazy(() => process.getBuiltinModule('node:dns'))

/** Read by node:dns, which knows the system's servers and the form of an address with a port. */
function serversOf(named: readonly string[] | undefined): readonly Server[] {
  const channel = new (dns().promises.Resolver)()
  if (named !== undefined) channel.setServers(named)
  return channel.getServers().map(text => {
    if (isAddress(text)) return { host: text, port: DNS_PORT }
    const colon = text.lastIndexOf(':')
    return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) }
  })
}

const DNS_PORT = 53
function isServer(server: unknown): boolean {
  if (typeof server !== 'string') return false
  try {
    ;new (dns().promises.Resolver)().setServers([server])
    return true
  } catch {
    return false
  }
}
