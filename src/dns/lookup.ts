/** One question to the servers, and its answer without unusable records. */
import type { Answer, Records, RecordType } from '../model/resolver.ts'
import { isAddress } from '../net/address.ts'
import { answered } from './answer.ts'
import type { Client } from './client.ts'
import { queryName } from './name.ts'

/** An answer and its TTL in seconds, if the servers give one. */
export interface TimedAnswer<R> {
  readonly answer: Answer<R>
  readonly ttl?: number
}

const MAX_RECORDS = 100
const NXDOMAIN = 3

/** Unusable records (a PTR to control characters, an MX to spaces) are left out. */
const usable: { readonly [T in RecordType]: (record: Records[T]) => boolean } = {
  A: isAddress,
  AAAA: isAddress,
  TXT: () => true,
  // RFC 7505 §3: the empty name is a null MX.
  MX: ({ exchange }) => exchange === '' || isName(exchange),
  PTR: isName,
  NS: isName,
  CNAME: isName,
}

/** Never rejects. */
export async function lookup<T extends RecordType>(
  client: Client,
  name: string,
  type: T,
): Promise<TimedAnswer<Records[T]>> {
  const reply = await client(name, type)
  if ('kind' in reply) return { answer: reply }
  // The client returns only records of the requested type.
  const records = reply.records as readonly Records[T][]
  const answer: Answer<Records[T]> =
    reply.rcode === NXDOMAIN ? { kind: 'nxdomain' } : bounded(records.filter(usable[type]), type)
  return reply.ttl === undefined ? { answer } : { answer, ttl: reply.ttl }
}

// All TXT records are returned: a part of them could hide the second SPF record that invalidates the first. One message
// over TCP limits them to 64 KB.
const bounded = <R>(usable: readonly R[], type: RecordType): Answer<R> =>
  answered(type === 'TXT' ? usable : usable.slice(0, MAX_RECORDS))

function isName(name: string): boolean {
  return queryName(name) !== undefined
}
