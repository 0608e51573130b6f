/** `arc`: which hosts sealed this message on its way, and what they reported about it (RFC 8617). */
import { type Reader, type Reading, reading } from '../../model/fact.ts'
import type { Header } from '../../model/stage.ts'
import { bodyHashes } from '../dkim/bodies.ts'
import { signedHeader } from '../dkim/header.ts'
import { type KeyReader, keyReader } from '../dkim/key.ts'
import type { UnsignedField } from '../dkim/result.ts'
import { verify } from '../dkim/verify.ts'
import { type AuthenticationResults, readResults } from './results.ts'
import { obviousDefect, type Sealer, sealerOf, verifySeals } from './seals.ts'
import { readMessageSignature } from './signature.ts'

export type { AuthenticationResults, MethodResult } from './results.ts'
export type { Sealer } from './seals.ts'

/** The result of an ARC chain. It proves only who sealed; their reports are worth as much as they are trusted. */
export interface Arc {
  /** Whether the chain verifies (RFC 8617 §5.2). */
  readonly result: 'none' | 'pass' | 'fail'
  /** A sentence for the operator. */
  readonly reason: string
  /** Whether it fails only because the lookup of a key failed, so that it may pass later. */
  readonly unknown: boolean
  /** The sealers of a chain that passes, the oldest first. */
  readonly sealers: readonly Sealer[]
  /** Fields that may have been added after the newest seal: a second Subject, an unsigned Content-Type. */
  readonly unsigned: readonly UnsignedField[]
  /** The results that the newest sealer of a chain that passes reported when it received the message. */
  readonly reported?: AuthenticationResults
}

const none: Arc = { result: 'none', reason: 'there is no ARC chain', unknown: false, sealers: [], unsigned: [] }
const FIELDS = ['arc-seal', 'arc-message-signature', 'arc-authentication-results']

/**
 * The ARC chain of a message. A message without one costs no lookup.
 *
 * @example
 * const { result, sealers, reported } = await message.ask(facts.arc)
 */
export const arc: Reading<Arc> = (() => {
  const readKey = keyReader({ maxKeys: 100 })
  return reading('arc', message => validator(message, readKey))
})()

const withoutReading = (found: Arc): Reader<Arc> => ({ chunk: () => {}, end: () => found })

const failed = (reason: string, unknown = false): Arc => ({
  result: 'fail',
  reason,
  unknown,
  sealers: [],
  unsigned: [],
})

function validator(message: Header, readKey: KeyReader): Reader<Arc> {
  const { header, clock, dns, signal } = message
  if (FIELDS.every(name => header.all(name).length === 0)) return withoutReading(none)
  const defect = obviousDefect(header)
  if (defect !== undefined) return withoutReading(failed(defect))
  const newest = newestOf(message, 'arc-message-signature')
  if (newest === undefined) return withoutReading(failed('there is no ARC-Message-Signature'))
  const claim = readMessageSignature(newest.toString('latin1'), clock.now())
  if (claim.refused !== undefined) return withoutReading(failed(`the newest ARC set: ${claim.refused.reason}`))

  const sealed = verifySeals(message)
  const keyLookup = dns.resolve(claim.terms.keyName, 'TXT', { signal, purpose: 'arc' })
  const bodies = bodyHashes([claim.terms], header.bodyOffset)
  return {
    chunk: bodies.chunk,
    end: async () => {
      const body = bodies.end()[claim.terms.body]
      const keys = readKey(await keyLookup, claim.terms.keyName)
      const { result, reason, partial, unsigned } = verify(claim, { header: signedHeader(header), body, keys })
      const { broken, unknown } = await sealed
      signal.throwIfAborted()
      if (result !== 'pass' && result !== 'temperror') return failed(`the newest ARC set: ${reason}`)
      if (partial) return failed('the newest ARC set covers only part of the body')
      if (broken !== undefined) return failed(broken, unknown)
      if (result === 'temperror') return failed(`the newest ARC set: ${reason}`, true)
      return passed(message, unsigned)
    },
  }
}

function passed(message: Header, unsigned: readonly UnsignedField[]): Arc {
  const sets = [...message.header.all('arc-seal')].sort((a, b) => instanceOf(a.raw) - instanceOf(b.raw))
  const sealers = sets.map(({ raw }) => sealerOf(raw)).filter(sealer => sealer !== undefined)
  const report = newestOf(message, 'arc-authentication-results')?.toString('utf8') ?? ''
  return {
    result: 'pass',
    reason: `${sealers.at(-1)?.domain} sealed this message${sealers.length > 1 ? `, the last of ${sealers.length}` : ''}`,
    unknown: false,
    sealers,
    unsigned,
    // Before the first semicolon are the name of the field and the number of the set.
    reported: readResults(report.slice(report.indexOf(';') + 1)),
  }
}

function newestOf({ header }: Header, name: string): Buffer | undefined {
  const [newest] = [...header.all(name)].sort((a, b) => instanceOf(b.raw) - instanceOf(a.raw))
  return newest?.raw
}

/** i= of an ARC field, or 0. The check of the chain refuses fields with several. */
const instanceOf = (raw: Buffer): number =>
  Number(
    /(?:[:;]|^)[ \t\r\n]*i[ \t\r\n]{0,9}=[ \t\r\n]{0,9}(\d{1,2})[ \t\r\n]{0,9}(?:;|$)/.exec(
      raw.toString('latin1'),
    )?.[1] ?? 0,
  )
