/** The resolver that asks real servers: equal questions are shared, answers cached, time bounded. */

import { callback, duration, having, size as sizeCheck, whole } from '../model/checks.ts'
import { lazy } from '../model/lazy.ts'
import { check, checked, list, object, schemaOf } from '../model/options.ts'
import type { Answer, Records, RecordType, ResolveOptions, Resolver } from '../model/resolver.ts'
import { type Clock, systemClock } from '../model/services.ts'
import { type Duration, type Size, toBytes, toMilliseconds } from '../model/units.ts'
import { isAddress } from '../net/address.ts'
import { badName, failure, unlessAborted } from './answer.ts'
import { AnswerCache } from './cache.ts'
import { client } from './client.ts'
import { lookup, type TimedAnswer } from './lookup.ts'
import { queryName } from './name.ts'
import type { Server } from './transport.ts'

/** The options of {@link resolver}. */
export interface ResolverOptions {
  /**
   * The servers, as `192.0.2.53` or `[2001:db8::53]:5353`. Best is a caching, validating resolver of your own.
   * @default the system's servers
   */
  readonly servers?: readonly string[]
  /** The time limit of one question, retries included. @default '1.5s' */
  readonly timeout?: Duration
  /** The maximum of different questions in flight; more fail as `unreachable`. @default 1000 */
  readonly maxConcurrent?: number
  /** The limits of the cache. */
  readonly cache?: CacheOptions
  /** Called with the milliseconds of each question that was not answered from the cache. @default none */
  readonly onLatency?: (ms: number) => void
  /** The clock. @default the system's clock */
  readonly clock?: Clock
}

/** The limits of the resolver's cache. */
export interface CacheOptions {
  /** The maximum of cached answers; 0 turns the cache off. @default 10_000 */
  readonly entries?: number
  /** Their maximum size in all. @default '16mb' */
  readonly size?: Size
  /** The maximum TTL of an answer. @default '1h' */
  readonly maxTtl?: Duration
  /** The TTL of a negative answer without an SOA record (RFC 2308 §5). @default '60s' */
  readonly negativeTtl?: Duration
  /** The TTL of a failure, so that not every session asks a dead server. @default '2s' */
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
 * Makes a resolver that asks the servers itself, over UDP and TCP.
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
  const { entries = 10_000, size = '16mb', maxTtl = '1h', negativeTtl = '60s', failureTtl = '2s' } = cache
  const ms = toMilliseconds(timeout)
  const ttls = {
    max: toMilliseconds(maxTtl),
    negative: toMilliseconds(negativeTtl),
    failure: toMilliseconds(failureTtl),
  }
  const memory = new AnswerCache({ entries, bytes: toBytes(size), clock })
  const askServers = client(serversOf(servers), { ms, clock })
  const pending = new Map<string, Promise<Answer<unknown>>>()

  const ask = <T extends RecordType>(key: string, name: string, type: T): Promise<Answer<Records[T]>> => {
    if (pending.size >= maxConcurrent) {
      return Promise.resolve(failure('unreachable', `${maxConcurrent} questions are in flight`))
    }
    const since = clock.monotonic()
    const question = lookup(askServers, name, type).then(timed => {
      onLatency?.(clock.monotonic() - since)
      memory.set(key, timed.answer, lifetime(timed, ttls))
      pending.delete(key)
      return timed.answer
    })
    pending.set(key, question)
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
      // The key begins with the type, so the cached answer has the records of that type.
      const known = (memory.get(key) ?? pending.get(key)) as
        | Promise<Answer<Records[T]>>
        | Answer<Records[T]>
        | undefined
      if (known !== undefined && 'kind' in known) return known
      return unlessAborted(known ?? ask(key, query, type), options?.signal)
    },
  }
}

function lifetime(
  { answer, ttl }: TimedAnswer<unknown>,
  { max, negative, failure }: { readonly max: number; readonly negative: number; readonly failure: number },
): number {
  if (answer.kind === 'failure') return failure
  return Math.min(ttl === undefined ? negative : ttl * 1_000, max)
}

const dns = lazy(() => process.getBuiltinModule('node:dns'))

/** node:dns knows the system's servers and parses addresses with a port. */
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
