/** One question to the servers by node:dns, and what its answer means. Answers are as hostile as mail is. */
import type { promises } from 'node:dns'
import { isIPv4, isIPv6 } from 'node:net'
import { answered, type Failure, failure } from './answer.ts'
import { queryName } from './name.ts'
import type { Answer, Records, RecordType } from './resolver.ts'

/** An answer, and how long the servers say that it lives. node:dns tells that for addresses only. */
export interface Timed<R> {
  readonly answer: Answer<R>
  readonly ttl?: number
}

type Channel = Pick<
  promises.Resolver,
  'resolve4' | 'resolve6' | 'resolveTxt' | 'resolveMx' | 'resolvePtr' | 'resolveNs' | 'resolveCname'
>

interface Raw<R> {
  readonly records: readonly R[]
  readonly ttl?: number
}

type ByType<T extends RecordType> = {
  readonly ask: (channel: Channel, name: string) => Promise<Raw<Records[T]>>
  /** A record that says nothing usable (a PTR to control characters, an MX to spaces) is left out. */
  readonly usable: (record: Records[T]) => boolean
}

const MOST_RECORDS = 100
const MOST_TEXT = 32 * 1024

const types: { readonly [T in RecordType]: ByType<T> } = {
  A: { ask: async (channel, name) => addresses(await channel.resolve4(name, { ttl: true })), usable: isIPv4 },
  AAAA: { ask: async (channel, name) => addresses(await channel.resolve6(name, { ttl: true })), usable: isIPv6 },
  TXT: { ask: async (channel, name) => ({ records: await channel.resolveTxt(name) }), usable: () => true },
  MX: {
    ask: async (channel, name) => ({
      records: (await channel.resolveMx(name)).map(({ exchange, priority }) => ({ exchange, priority })),
    }),
    // RFC 7505 §3: the empty name is a null MX, and says much.
    usable: ({ exchange }) => exchange === '' || isName(exchange),
  },
  PTR: { ask: async (channel, name) => ({ records: await channel.resolvePtr(name) }), usable: isName },
  NS: { ask: async (channel, name) => ({ records: await channel.resolveNs(name) }), usable: isName },
  CNAME: { ask: async (channel, name) => ({ records: await channel.resolveCname(name) }), usable: isName },
}

/** Asks the servers of `channel`. Never rejects. */
export async function lookup<T extends RecordType>(
  channel: Channel,
  name: string,
  type: T,
): Promise<Timed<Records[T]>> {
  const { ask, usable } = types[type]
  try {
    const { records, ttl } = await ask(channel, name)
    const answer = examined(records, records.filter(usable), type)
    return ttl === undefined ? { answer } : { answer, ttl }
  } catch (error) {
    return { answer: meaning(codeOf(error), `${name} ${type}`) }
  }
}

function examined<R>(records: readonly R[], usable: readonly R[], type: RecordType): Answer<R> {
  if (type === 'TXT') {
    // Half of a set of texts could hide the second SPF record that makes the first one void: all or nothing.
    if (records.length > MOST_RECORDS) return failure('malformed', `more than ${MOST_RECORDS} TXT records`)
    if (textOctets(records) > MOST_TEXT) return failure('malformed', `more than ${MOST_TEXT} octets of TXT records`)
  }
  if (records.length > 0 && usable.length === 0) return failure('malformed', `no usable ${type} record`)
  return answered(usable.slice(0, MOST_RECORDS))
}

/** What the error codes of node:dns mean. What is not known is a failure, never "no record". */
function meaning(code: string, question: string): Answer<never> {
  switch (code) {
    case 'ENODATA':
      return { kind: 'nodata' }
    case 'ENOTFOUND':
      return { kind: 'nxdomain' }
    default:
      return failed(code, question)
  }
}

function failed(code: string, question: string): Failure {
  switch (code) {
    case 'ETIMEOUT':
      return failure('timeout', `no server answered ${question} in time`)
    case 'EREFUSED':
      return failure('refused', `the server refused to answer ${question}`)
    case 'EFORMERR':
    case 'EBADRESP':
      return failure('malformed', `the answer to ${question} is malformed (${code})`)
    case 'ECONNREFUSED':
      return failure('unreachable', `no server could be reached for ${question}`)
    case 'EBADNAME':
    case 'EBADQUERY':
      return failure('bad-name', `${question} cannot be asked`)
    case 'ECANCELLED':
      return failure('aborted', `${question} was cancelled`)
    default:
      return failure('servfail', `the server failed to answer ${question} (${code})`)
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error)

function addresses(found: readonly { readonly address: string; readonly ttl: number }[]): Raw<string> {
  return { records: found.map(({ address }) => address), ttl: Math.min(...found.map(({ ttl }) => ttl)) }
}

function isName(name: string): boolean {
  return queryName(name) !== undefined
}

const textOctets = (records: readonly unknown[]): number =>
  records
    .flat()
    .filter(chunk => typeof chunk === 'string')
    .reduce((sum, chunk) => sum + chunk.length, 0)
