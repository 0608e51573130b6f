/** What the tests of DKIM share: a message cut up, given to our verifier, and to mailauth. */
import { dkimVerify } from 'mailauth/lib/dkim/verify.js'
import { type Dkim, dkim } from '../../../src/facts/dkim/dkim.ts'
import { lineEnds } from '../../../src/mime/decode/line-ends.ts'
import { headerOf } from '../../../src/mime/header/collect.ts'
import type { Reading } from '../../../src/model/fact.ts'
import type { Resolver } from '../../../src/model/resolver.ts'
import { systemClock } from '../../../src/model/services.ts'
import type { Header } from '../../../src/model/stage.ts'
import { servicesOf } from '../../../src/testing/services.ts'

/** Monday, 23 November 2026. */
export const NOW = Date.UTC(2026, 10, 23, 9)

/** Cut at every place into two, and once into single bytes. */
export function* everyCut(bytes: Buffer): Generator<readonly Buffer[]> {
  for (let at = 0; at <= bytes.length; at += 1) yield [bytes.subarray(0, at), bytes.subarray(at)]
  yield Array.from(bytes, (_, at) => bytes.subarray(at, at + 1))
}

/** Cut at the places named, in any order. */
export function cutAt(bytes: Buffer, places: readonly number[]): readonly Buffer[] {
  const cuts = [0, ...places.filter(place => place < bytes.length), bytes.length].sort((a, b) => a - b)
  return cuts.slice(1).map((end, index) => bytes.subarray(cuts[index], end))
}

export interface Verifying {
  readonly now?: number
  readonly chunks?: readonly Buffer[]
  readonly reading?: Reading<Dkim>
}

/** What our reading makes of a message with CRLF line ends. */
export async function verify(bytes: Buffer, dns: Resolver, options: Verifying = {}): Promise<Dkim> {
  const { now = NOW, chunks = [bytes], reading = dkim } = options
  const { chunk, end } = reading.read(headerContext(bytes, dns, now))
  for (const part of chunks) await chunk(part)
  return await end()
}

export function headerContext(bytes: Buffer, dns: Resolver, now: number): Header {
  return {
    ip: '192.0.2.1',
    ref: '7K2Q9F',
    client: 'unknown',
    spokeEarly: false,
    ...servicesOf({ dns, clock: { ...systemClock, now: () => now } }),
    signal: new AbortController().signal,
    ask: fact => Promise.reject(new Error(`${fact.name} is not known here`)),
    helo: 'mx.example.org',
    reversePath: 'a@example.org',
    utf8: false,
    forwardPaths: ['b@example.net'],
    header: headerOf(bytes),
  }
}

/**
 * The oracle: result, domain and partial length of each signature, from the top, as mailauth's strict mode has them.
 */
export async function oracle(bytes: Buffer, dns: Resolver, now: number = NOW) {
  const { results } = await dkimVerify(bytes, { strict: true, curTime: new Date(now), resolver: resolverOf(dns) })
  return results.filter(({ status }) => status.result !== 'none')
}

/** Our resolver in the shape of `dns.promises.resolve`. */
export const resolverOf = (dns: Resolver) => async (name: string) => {
  const answer = await dns.resolve(name, 'TXT')
  if (answer.kind === 'answer') return answer.records.map(record => [...record])
  const code = { nodata: 'ENODATA', nxdomain: 'ENOTFOUND', failure: 'ETIMEOUT' }[answer.kind]
  throw Object.assign(new Error(`${name}: ${code}`), { code })
}

/** The bytes as they reach a reading: every line end is CRLF. */
export function delivered(bytes: Buffer): Buffer {
  const lines = lineEnds()
  return Buffer.concat([lines.push(bytes), lines.end()])
}
