/** Verifies the ARC chain of a message while it arrives (RFC 8617 §5.2). */
import type { Reader } from '../../model/fact.ts'
import type { Header } from '../../model/stage.ts'
import { bodyHashes } from '../dkim/bodies.ts'
import { signedHeader } from '../dkim/header.ts'
import { type KeyReader, keyReader } from '../dkim/key.ts'
import type { UnsignedField } from '../dkim/result.ts'
import { verify } from '../dkim/verify.ts'
import type { Arc } from './result.ts'
import { readResults } from './results.ts'
import { obviousDefect, sealerOf, verifySeals } from './seals.ts'
import { readMessageSignature } from './signature.ts'

/** Makes the readers of messages, which share the keys that were parsed. */
export function arcReaders(): (message: Header) => Reader<Arc> {
  const readKey = keyReader({ maxKeys: 100 })
  return message => validator(message, readKey)
}

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
      const body = bodies.end(claim.terms.body)
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
