/** One question to the servers, and what its answer means. Answers are as hostile as mail is. */
import type { Answer, Records, RecordType } from '../model/resolver.ts'
import { isAddress } from '../net/address.ts'
import { answered } from './answer.ts'
import type { Client } from './client.ts'
import { queryName } from './name.ts'

/** An answer, and how many seconds the servers say that it lives. */
export interface Timed<R> {
  readonly answer: Answer<R>
  readonly ttl?: number
}

const MAX_RECORDS = 100
const NXDOMAIN = 3

/** A record that says nothing usable (a PTR to control characters, an MX to spaces) is left out, as if it were not there. */
const usable: { readonly [T in RecordType]: (record: Records[T]) => boolean } = {
  A: isAddress,
  AAAA: isAddress,
  TXT: () => true,
  // RFC 7505 §3: the empty name is a null MX, and says much.
  MX: ({ exchange }) => exchange === '' || isName(exchange),
  PTR: isName,
  NS: isName,
  CNAME: isName,
}

/** Never rejects. */
export async function lookup<T extends RecordType>(client: Client, name: string, type: T): Promise<Timed<Records[T]>> {
  const said = await client(name, type)
  if ('kind' in said) return { answer: said }
  // The client gives records of the type that was asked for, and of no other.
  const records = said.records as readonly Records[T][]
  const answer: Answer<Records[T]> =
    said.rcode === NXDOMAIN ? { kind: 'nxdomain' } : bounded(records.filter(usable[type]), type)
  return said.ttl === undefined ? { answer } : { answer, ttl: said.ttl }
}

// Half of a set of texts could hide the second SPF record that makes the first one void: they are given whole. One
// message over TCP bounds them to 64 KB.
const bounded = <R>(usable: readonly R[], type: RecordType): Answer<R> =>
  answered(type === 'TXT' ? usable : usable.slice(0, MAX_RECORDS))

function isName(name: string): boolean {
  return queryName(name) !== undefined
}
