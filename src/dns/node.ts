/** The resolver that asks real servers: equal questions together, answers remembered, time bounded. */
import { isIP } from 'node:net'
import { PosternError, type Problem } from '../core/errors.ts'
import { lazily } from '../core/lazily.ts'
import { type Duration, type Size, toMilliseconds, toOctets } from '../core/units.ts'
import { type Clock, systemClock } from '../core/world.ts'
import { badName, failure, unlessAborted } from './answer.ts'
import { type Cache, cache as newCache } from './cache.ts'
import { client } from './client.ts'
import { lookup, type Timed } from './lookup.ts'
import { queryName } from './name.ts'
import type { Answer, Records, RecordType, ResolveOptions, Resolver } from './resolver.ts'
import type { Server } from './transport.ts'

export interface ResolverOptions {
  /** Whom to ask, as `192.0.2.53` or `[2001:db8::53]:5353`; best a caching, validating resolver of your own. @default the system's servers */
  readonly servers?: readonly string[]
  /** How long one question may take in all, retries included. @default '1.5s' */
  readonly timeout?: Duration
  /** How many different questions may be on their way at once; more fail as `unreachable`. @default 1000 */
  readonly inFlight?: number
  /** What is remembered, and for how long. */
  readonly cache?: CacheOptions
  /** Hears how many milliseconds each question took that was not answered from memory. @default nobody */
  readonly took?: (ms: number) => void
  /** Tells the time. @default the system's clock */
  readonly clock?: Clock
}

export interface CacheOptions {
  /** How many answers are kept; 0 keeps none. @default 10_000 */
  readonly entries?: number
  /** How much they may hold in all. @default '16mb' */
  readonly size?: Size
  /** The longest life of an answer, whatever its TTL says. @default '1h' */
  readonly longest?: Duration
  /** The life of a "there is none" whose server does not say how long that holds (RFC 2308 §5). @default '60s' */
  readonly untold?: Duration
  /** The life of a failure, so that a dead server is not asked by every session. @default '2s' */
  readonly failure?: Duration
}

/**
 * A resolver that asks the servers itself, over UDP and TCP.
 *
 * @example
 * const dns = resolver({ servers: ['127.0.0.1'] })
 * const answer = await dns.resolve('example.org', 'MX')
 * if (answer.kind === 'answer') console.log(answer.records)
 * @throws PosternError when an option is wrong.
 */
export function resolver({
  servers,
  timeout = '1.5s',
  inFlight = 1_000,
  cache: { entries = 10_000, size = '16mb', longest = '1h', untold = '60s', failure: failed = '2s' } = {},
  took,
  clock = systemClock,
}: ResolverOptions = {}): Resolver {
  const ms = toMilliseconds(timeout, 'dns.timeout')
  const lives = {
    longest: toMilliseconds(longest, 'dns.cache.longest'),
    untold: toMilliseconds(untold, 'dns.cache.untold'),
    failed: toMilliseconds(failed, 'dns.cache.failure'),
  }
  const memory: Cache = newCache({ entries, octets: toOctets(size, 'dns.cache.size'), clock })
  const servant = client(serversOf(servers), { ms, clock })
  const asking = new Map<string, Promise<Answer<unknown>>>()

  const ask = <T extends RecordType>(key: string, name: string, type: T): Promise<Answer<Records[T]>> => {
    if (asking.size >= inFlight) {
      return Promise.resolve(failure('unreachable', `${inFlight} questions are on their way already`))
    }
    const since = clock.monotonic()
    const question = lookup(servant, name, type).then(timed => {
      took?.(clock.monotonic() - since)
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

const dns = lazily(() => process.getBuiltinModule('node:dns'))

/** Read by node:dns, which knows the system's servers and the form of an address with a port. */
function serversOf(named: readonly string[] | undefined): readonly Server[] {
  const channel = new (dns().promises.Resolver)()
  if (named !== undefined) {
    const problems = named.length > 0 ? named.flatMap(notAServer) : [noServer]
    if (problems.length > 0) throw new PosternError(problems)
    channel.setServers(named)
  }
  return channel.getServers().map(text => {
    if (isIP(text) > 0) return { host: text, port: DNS_PORT }
    const colon = text.lastIndexOf(':')
    return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) }
  })
}

const DNS_PORT = 53
const expected = 'the address of a DNS server, as 192.0.2.53 or [2001:db8::53]:5353'

const noServer: Problem = {
  path: 'dns.servers',
  found: [],
  expected: `${expected}, or no list at all`,
  remedy: 'name a server, or leave the option out to ask those of the system',
}

function notAServer(server: string, index: number): readonly Problem[] {
  try {
    ;new (dns().promises.Resolver)().setServers([server])
    return []
  } catch {
    return [{ path: `dns.servers[${index}]`, found: server, expected, remedy: 'write its IP address, not its name' }]
  }
}
