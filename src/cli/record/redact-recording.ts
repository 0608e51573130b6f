/** A recording without names, addresses and texts, which still says what was asked, found and decided. */
import { type Recording, readMessage, type Step, writeMessage } from '../../testing/recording.ts'
import type { Pseudonyms } from './pseudonyms.ts'
import { redactMessage } from './redact-message.ts'

/** What these members hold is a word of the format, and no text of people. */
const FORMAT: ReadonlySet<string> = new Set(
  `verb end verdict dryRun rule filter status stage ref started type kind family version cipher
  protocol result mode outcome`.split(/\s+/),
)
/** Words of DNS, SPF, DKIM and DMARC, as answers and questions have them. */
export const VOCABULARY =
  `A AAAA MX TXT PTR NS CNAME SOA spf1 include redirect all ip4 ip6 exists ptr mx exp DKIM1 rsa ed25519 sha256 DMARC1
  none quarantine reject pass fail softfail neutral temperror permerror SPF DKIM DMARC ARC DNS IPv4 IPv6 mailto rua ruf
  adkim aspf pct fo arpa`.split(/\s+/)

/** The same session of others. */
export function redactRecording(recording: Recording, pseudonyms: Pseudonyms): Recording {
  const visit = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') return FORMAT.has(key) ? value : pseudonyms.text(value)
    if (Array.isArray(value)) return value.map(each => visit(each, key))
    if (typeof value !== 'object' || value === null) return value
    const entries = Object.entries(value).map(([name, held]) => [
      /[@.]/.test(name) ? pseudonyms.text(name) : name,
      visit(held, name),
    ])
    return Object.fromEntries(entries)
  }
  const step = (one: Step): unknown => {
    const redacted = visit(one, '') as object
    if (one.verb !== 'data') return redacted
    return { ...redacted, message: writeMessage(redactMessage(readMessage(one.message), pseudonyms)) }
  }
  const { steps, ...rest } = recording
  return { ...(visit(rest, '') as Omit<Recording, 'steps'>), steps: steps.map(step) as readonly Step[] }
}
