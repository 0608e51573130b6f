/** `arc`: who handled this message on its way, and what did they find out about it when it came to them (RFC 8617). */
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

/** What a chain of seals says. It proves only who sealed: what they say is worth what they are. */
export interface Arc {
  readonly result: 'none' | 'pass' | 'fail'
  /** For the operator; a sentence. */
  readonly reason: string
  /** It fails only because DNS could not be asked for a key: another time it may pass. */
  readonly unknown: boolean
  /** Of a chain that passes: who sealed, the oldest first. */
  readonly sealers: readonly Sealer[]
  /** Fields that may have been added after the newest seal: a second Subject, an unsigned Content-Type. */
  readonly unsigned: readonly UnsignedField[]
  /** Of a chain that passes: what the newest sealer found when the message came to it. */
  readonly reported?: AuthenticationResults
}

const none: Arc = { result: 'none', reason: 'there is no ARC chain', unknown: false, sealers: [], unsigned: [] }
const FIELDS = ['arc-seal', 'arc-message-signature', 'arc-authentication-results']

/** The chain of seals of a message. Without one it costs nothing. */
export const arc: Reading<Arc> = (() => {
  const readKey = keyReader({ most: 100 })
  return reading('arc', message => validator(message, readKey))
})()

const nothing = (found: Arc): Reader<Arc> => ({ chunk: () => {}, end: () => found })

const failed = (reason: string, unknown = false): Arc => ({
  result: 'fail',
  reason,
  unknown,
  sealers: [],
  unsigned: [],
})

function validator(message: Header, readKey: KeyReader): Reader<Arc> {
  const { header, clock, dns, signal } = message
  if (FIELDS.every(name => header.all(name).length === 0)) return nothing(none)
  const defect = obviousDefect(header)
  if (defect !== undefined) return nothing(failed(defect))
  const newest = newestOf(message, 'arc-message-signature')
  if (newest === undefined) return nothing(failed('there is no ARC-Message-Signature'))
  const claim = readMessageSignature(newest.toString('latin1'), clock.now())
  if (claim.refused !== undefined) return nothing(failed(`the newest ARC set: ${claim.refused.reason}`))

  const sealed = verifySeals(message)
  const answer = dns.resolve(claim.terms.keyName, 'TXT', { signal, purpose: 'arc' })
  const bodies = bodyHashes([claim.terms], header.bodyOffset)
  return {
    chunk: bodies.chunk,
    end: async () => {
      const body = bodies.end()[claim.terms.body]
      const keys = readKey(await answer, claim.terms.keyName)
      const { result, reason, partial, unsigned } = verify(claim, { header: signedHeader(header), body, keys })
      const { broken, unknown } = await sealed
      signal.throwIfAborted()
      if (result !== 'pass' && result !== 'temperror') return failed(`the newest ARC set: ${reason}`)
      if (partial) return failed('the newest ARC set covers only a part of the body')
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
    // What stands before the first semicolon is the number of the set, and before that the name of the field.
    reported: readResults(report.slice(report.indexOf(';') + 1)),
  }
}

function newestOf({ header }: Header, name: string): Buffer | undefined {
  const [newest] = [...header.all(name)].sort((a, b) => instanceOf(b.raw) - instanceOf(a.raw))
  return newest?.raw
}

/** i= of an ARC field, 0 where there is none; which of several is meant, the check of the chain decides. */
const instanceOf = (raw: Buffer): number =>
  Number(
    /(?:[:;]|^)[ \t\r\n]*i[ \t\r\n]{0,9}=[ \t\r\n]{0,9}(\d{1,2})[ \t\r\n]{0,9}(?:;|$)/.exec(
      raw.toString('latin1'),
    )?.[1] ?? 0,
  )
